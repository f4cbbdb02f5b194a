; Inno Setup 6: an installer for one user, without administrator rights.  Not yet run.
;
;   python packaging\make_bundle.py
;   iscc /DVersion=<version> packaging\windows\mailoscope.iss      -> dist\mailoscope-0.1.0-windows-x86_64.exe

#ifndef Version
  #error Say the version: iscc /DVersion=...
#endif
#define Name "Mailoscope"
#define Root SourcePath + "..\.."

[Setup]
AppId={{6E6B2C3B-3E0B-4B59-9E43-6B6C4B8B5C1D}
AppName={#Name}
AppVersion={#Version}
AppVerName={#Name} {#Version}
AppPublisher=The Mailoscope developers
LicenseFile={#Root}\LICENSE
PrivilegesRequired=lowest
DefaultDirName={autopf}\{#Name}
DefaultGroupName={#Name}
DisableProgramGroupPage=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
OutputDir={#Root}\dist
OutputBaseFilename=mailoscope-{#Version}-windows-x86_64
SetupIconFile={#Root}\build\bundle\icons\mailoscope.ico
UninstallDisplayIcon={app}\mailoscope.exe
ChangesAssociations=yes
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
CloseApplications=yes

[Files]
Source: "{#Root}\dist\mailoscope\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\{#Name}"; Filename: "{app}\mailoscope.exe"
Name: "{userdesktop}\{#Name}"; Filename: "{app}\mailoscope.exe"; Tasks: desktopicon

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked
Name: associate; Description: "Open saved sessions (.mailoscope.jsonl) with {#Name}"

[Registry]
Root: HKCU; Subkey: "Software\Classes\Mailoscope.Session"; ValueType: string; ValueData: "Mailoscope session"; Flags: uninsdeletekey; Tasks: associate
Root: HKCU; Subkey: "Software\Classes\Mailoscope.Session\DefaultIcon"; ValueType: string; ValueData: "{app}\mailoscope.exe,0"; Tasks: associate
Root: HKCU; Subkey: "Software\Classes\Mailoscope.Session\shell\open\command"; ValueType: string; ValueData: """{app}\mailoscope.exe"" ""%1"""; Tasks: associate
; Windows looks at the last part of a name alone, so that all .jsonl files are meant.  Mailoscope only offers itself for
; them: where no other program has them, the first double-click asks, and it is the answer.
Root: HKCU; Subkey: "Software\Classes\.jsonl\OpenWithProgids"; ValueType: string; ValueName: "Mailoscope.Session"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate

[Run]
Filename: "{app}\mailoscope.exe"; Description: "{cm:LaunchProgram,{#Name}}"; Flags: nowait postinstall skipifsilent
