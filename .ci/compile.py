"""Compile what was not compiled before: with CC="python3 .ci/compile.py FOLDER gcc".

.ci/run installs the same sources several times, which costs a minute and a half of two cores each
time. An object file is kept in FOLDER, under what made it: the text after the preprocessor,
and the options. Whatever does not compile one file, such as linking, is left to the compiler.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

folder, *command = sys.argv[1:]
if "-c" not in command or "-o" not in command:
    os.execvp(command[0], command)

at = command.index("-o")
target = command[at + 1]
command = [part for part in command[:at] + command[at + 2 :] if part != "-c"]
text = subprocess.run([*command, "-E", "-P"], stdout=subprocess.PIPE, check=True).stdout
# Not where the text came from: folders have new names in each isolated build.
options = [part for part in command if not part.startswith("-I") and not part.endswith(".c")]
key = hashlib.sha256("\n".join(options).encode() + b"\n" + text).hexdigest()
kept = os.path.join(folder, f"{key}.o")
if not os.path.exists(kept):
    with tempfile.TemporaryDirectory(dir=folder) as room:
        made = os.path.join(room, "made.o")
        subprocess.run([*command, "-c", "-o", made], check=True)
        os.replace(made, kept)
shutil.copyfile(kept, target)
