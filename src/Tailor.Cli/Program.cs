using Tailor.Cli;

FileSizeSignal.Ignore();
int code = CommandLine.Run(args);
QuickExit.Arrange();
return code;
