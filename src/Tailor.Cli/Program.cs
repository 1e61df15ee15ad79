using Tailor.Cli;

return CommandLine.Run(args);
