using Tailor.Cli;

FileSizeSignal.Ignore();
return CommandLine.Run(args);
