using System.CommandLine;
using System.CommandLine.Parsing;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>Says in one line what is wrong with the arguments and where help is.</summary>
internal static class UsageError
{
    /// <summary>Explains the first error of a command line.</summary>
    /// <param name="parsed">A command line with errors.</param>
    public static string Explain(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        string path = command is RootCommand ? "tailor" : Path(parsed.CommandResult);
        return $"{First(parsed, command)}; see: {path} --help";
    }

    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "tailor";

    private static string First(ParseResult parsed, Command command)
    {
        if (parsed.UnmatchedTokens.Count > 0)
        {
            string token = parsed.UnmatchedTokens[0];
            if (token.StartsWith('-'))
            {
                IEnumerable<string> options = command.Options.Concat(GlobalOptions.All).Where(option => !option.Hidden).Select(option => option.Name);
                return $"unknown option '{token}'{NearestName.Hint(token, options)}";
            }

            return command.Subcommands.Count > 0
                ? $"unknown command '{token}'{NearestName.Hint(token, command.Subcommands.Select(sub => sub.Name))}"
                : $"unexpected argument '{token}'";
        }

        ParseError error = parsed.Errors[0];
        return error.SymbolResult switch
        {
            CommandResult when command.Subcommands.Count > 0 => "a command is missing",
            OptionResult { Option.Required: true, Tokens.Count: 0, IdentifierTokenCount: 0 } missing => $"{missing.Option.Name} is required",
            OptionResult { Tokens.Count: 0 } valueless => $"{valueless.Option.Name} needs a value",
            ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing => $"{missing.Argument.Name} is missing",
            _ => error.Message.TrimEnd('.'),
        };
    }
}
