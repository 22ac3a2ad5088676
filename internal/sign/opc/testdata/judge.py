"""Prints, of each file, each of its signatures: whether LibreOffice finds it valid, and whose it is.

Run with the Python that has LibreOffice's uno module: judge.py FILE…
"""

import os
import signal
import subprocess
import sys
import tempfile
import time

import uno
from com.sun.star.embed.ElementModes import READ
from com.sun.star.lang import DisposedException


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer")


def judge(context, path):
    storages = context.ServiceManager.createInstanceWithContext("com.sun.star.embed.StorageFactory", context)
    files = context.ServiceManager.createInstanceWithContext("com.sun.star.ucb.SimpleFileAccess", context)
    stream = files.openFileRead(uno.systemPathToFileUrl(os.path.abspath(path)))
    as_package = uno.Any("[]com.sun.star.beans.PropertyValue", (prop("StorageFormat", "ZipFormat"),))
    storage = uno.invoke(storages, "createInstanceWithArguments", ((stream, READ, as_package),))
    signatures = context.ServiceManager.createInstanceWithArgumentsAndContext(
        "com.sun.star.security.DocumentDigitalSignatures", ("1.2",), context)
    found = signatures.verifyDocumentContentSignatures(storage, None)
    for n, s in enumerate(found, 1):
        print(path, n, *(["true", s.Signer.SubjectName] if s.SignatureIsValid else ["false"]), flush=True)
    print(path, len(found), "signatures", flush=True)


def prop(name, value):
    p = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    p.Name, p.Value = name, value
    return p


def main(paths):
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"judge{os.getpid()}"
        office = subprocess.Popen(
            ["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation={uno.systemPathToFileUrl(profile)}",
             f"--accept=pipe,name={pipe};urp;"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            context = connect(pipe)
            for path in paths:
                judge(context, path)
            try:
                context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context).terminate()
            except DisposedException:
                pass  # it ended before it answered
            office.wait(20)
        finally:
            if office.poll() is None:
                os.killpg(office.pid, signal.SIGKILL)  # soffice is a script around the program


main(sys.argv[1:])
