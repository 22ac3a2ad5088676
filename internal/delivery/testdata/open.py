"""Opens a workbook with LibreOffice and prints cell A1: open.py FOLDER FILE PASSWORD.

FOLDER is for LibreOffice's profile. The exit code is 3 if the file does not open.
"""
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

folder, path, password = sys.argv[1:4]
pipe = "evidence-%d" % time.time_ns()
office = subprocess.Popen([
    "soffice", "-env:UserInstallation=file://" + folder, "--headless", "--norestore",
    "--accept=pipe,name=%s;urp" % pipe,
], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for attempt in range(120):
        try:
            context = resolver.resolve("uno:pipe,name=%s;urp;StarOffice.ComponentContext" % pipe)
            break
        except Exception:
            time.sleep(0.5)
    else:
        sys.exit("LibreOffice does not start")
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    options = [PropertyValue("Hidden", 0, True, 0), PropertyValue("Password", 0, password, 0)]
    try:
        document = desktop.loadComponentFromURL("file://" + path, "_blank", 0, tuple(options))
    except Exception as e:
        print(e, file=sys.stderr)
        document = None
    text = document and document.Sheets.getByIndex(0).getCellByPosition(0, 0).String
    try:
        desktop.terminate()
    except Exception:
        pass
    if not document:
        sys.exit(3)
    print(text)
finally:
    office.kill()
