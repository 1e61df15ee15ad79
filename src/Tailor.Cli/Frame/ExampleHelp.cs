using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Tailor.Cli;

/// <summary>The usual help, closed by examples.</summary>
/// <param name="usual">The library's help.</param>
/// <param name="rootExamples">The examples of <c>tailor --help</c>; a command brings its own.</param>
internal sealed class ExampleHelp(HelpAction usual, params string[] rootExamples) : SynchronousCommandLineAction
{
    private const int Width = 140;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.MaxWidth = Width;
        int code = usual.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        IReadOnlyList<string> examples = parseResult.CommandResult.Command is TailorCommand command ? command.Examples : rootExamples;
        output.WriteLine(examples.Count == 1 ? "Example:" : "Examples:");
        foreach (string example in examples)
        {
            output.WriteLine($"  {example}");
        }

        return code;
    }
}
