import gov.nist.secauto.metaschema.core.configuration.DefaultConfiguration;
import gov.nist.secauto.metaschema.core.model.validation.IValidationFinding;
import gov.nist.secauto.oscal.lib.OscalBindingContext;
import java.nio.file.Path;

/** Holds OSCAL documents to all rules of OSCAL's own model, and prints what breaks one. */
public class Constraints {
  public static void main(String[] files) throws Exception {
    OscalBindingContext oscal = OscalBindingContext.newInstance();
    for (String file : files) {
      try {
        for (IValidationFinding f : oscal.validateWithConstraints(Path.of(file).toUri(), new DefaultConfiguration<>()).getFindings()) {
          System.out.println(file + ": " + f.getSeverity() + " " + f.getMessage());
        }
      } catch (RuntimeException e) { // a reference that leads nowhere
        System.out.println(file + ": " + e.getMessage());
      }
    }
    System.out.println("checked " + files.length);
  }
}
