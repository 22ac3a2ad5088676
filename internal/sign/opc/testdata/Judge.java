import java.io.File;
import org.apache.poi.openxml4j.opc.OPCPackage;
import org.apache.poi.openxml4j.opc.PackageAccess;
import org.apache.poi.poifs.crypt.dsig.SignatureConfig;
import org.apache.poi.poifs.crypt.dsig.SignatureInfo;
import org.apache.poi.poifs.crypt.dsig.SignaturePart;

/** Prints, of each file, each of its signatures: whether Apache POI finds it valid, and whose it is. */
public class Judge {
    public static void main(String[] files) throws Exception {
        for (String file : files) {
            try (OPCPackage pkg = OPCPackage.open(new File(file), PackageAccess.READ)) {
                SignatureConfig config = new SignatureConfig();
                // Secure validation allows for 30 references in a manifest, and a workbook has more parts.
                config.setSecureValidation(false);
                SignatureInfo info = new SignatureInfo();
                info.setSignatureConfig(config);
                info.setOpcPackage(pkg);
                int n = 0;
                for (SignaturePart part : info.getSignatureParts()) {
                    boolean valid = part.validate();
                    System.out.println(file + " " + ++n + " " + valid + " " + (valid ? part.getSigner().getSubjectX500Principal() : ""));
                }
                System.out.println(file + " " + n + " signatures");
                pkg.revert();
            }
        }
    }
}
