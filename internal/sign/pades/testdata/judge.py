"""Has pyHanko judge signed PDFs: judge.py ROOT.pem FILE... prints a line of JSON a file.

Each line lists, for each signature, what pyHanko found of it; or the error that it
ended with.
"""
import json
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def certificates(path):
    with open(path, "rb") as f:
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(f.read(), multiple=True)]


def lasting(signature, roots):
    """Whether the revocation data of the document bear the signature out (level B-LT)."""
    if "/DSS" not in signature.reader.root:
        return False
    context = DocumentSecurityStore.read_dss(signature.reader).as_validation_context(
        {"trust_roots": roots, "allow_fetching": False, "revocation_mode": "require"})
    return validate_pdf_signature(signature, context, context).bottom_line


def judge(path, roots):
    with open(path, "rb") as f:
        found = []
        for s in PdfFileReader(f, strict=True).embedded_signatures:
            context = ValidationContext(trust_roots=roots, allow_fetching=False)
            status = validate_pdf_signature(s, context, context)
            stamp = status.timestamp_validity
            found.append({
                "field": s.field_name, "subfilter": s.sig_object["/SubFilter"],
                "intact": status.intact, "valid": status.valid, "trusted": status.trusted, "fine": status.bottom_line,
                "coverage": status.coverage.name, "changes": status.modification_level.name if status.modification_level is not None else "",
                "stamped": stamp is not None and stamp.valid and stamp.intact and stamp.trusted,
                "lasting": lasting(s, roots),
            })
        return found


roots = certificates(sys.argv[1])
for path in sys.argv[2:]:
    try:
        print(json.dumps({"signatures": judge(path, roots)}))
    except Exception as e:  # whatever ends it: the file is not accepted
        print(json.dumps({"error": repr(e)}))
