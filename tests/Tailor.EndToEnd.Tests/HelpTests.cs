using System.Text.RegularExpressions;

namespace Tailor.EndToEnd.Tests;

public sealed partial class HelpTests
{
    private static readonly string[] Commands = ["demo", "inspect", "baseline", "train", "compare", "evaluate", "predict", "export", "report", "changes", "recipes", "tokenize", "embed", "pretrain", "vocab", "longtail", "augment", "doctor"];

    [Fact]
    public void The_program_lists_its_commands_and_examples()
    {
        ProcessResult help = TailorProcess.Run("--help");
        Assert.Equal(0, help.ExitCode);
        Assert.Empty(help.Error);
        foreach (string command in Commands)
        {
            Assert.Matches($@"(?m)^  {command}( |$)", help.Output);
        }

        Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
        Assert.Equal(help, TailorProcess.Run());
    }

    [Fact]
    public void Every_command_shows_an_example_in_its_help()
    {
        // Two at a time: each is a process of its own.
        Parallel.ForEach(Commands.Append("recipes show"), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, command =>
        {
            ProcessResult help = TailorProcess.Run([.. command.Split(' '), "--help"]);
            Assert.Equal(0, help.ExitCode);
            Assert.Empty(help.Error);
            Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
            Assert.Contains("--threads", help.Output, StringComparison.Ordinal);
            Assert.Contains("--quiet", help.Output, StringComparison.Ordinal);
            Assert.Matches($@"Examples?:\s+.*tailor {command}", help.Output);
        });
    }

    [Theory]
    [InlineData("unknown option '--modle' (did you mean '--model'?)", "train", "--data", "x", "--modle", "y")]
    [InlineData("unknown option '--quite' (did you mean '--quiet'?)", "recipes", "--quite")]
    [InlineData("unknown command 'trian' (did you mean 'train'?)", "trian")]
    [InlineData("--seeds: 'many' is not a whole number", "train", "--seeds", "many")]
    [InlineData("--pooling: 'maen' is not one of cls, mean, pooler (did you mean 'mean'?)", "embed", "--model", "m", "--data", "d", "--out", "o", "--pooling", "maen")]
    [InlineData("--model is required", "tokenize")]
    [InlineData("--metric: 'macrof1' is not one of macro_f1, accuracy", "compare", "--metric", "macrof1")]
    [InlineData("--shard: '3/2' is not a share; write i/n with i from 1 to n", "compare", "--data", "d", "--model", "m", "--recipes", "cls-tanh", "--out", "o", "--shard", "3/2")]
    [InlineData("--json and --csv cannot both go to standard output", "compare", "--data", "d", "--model", "m", "--recipes", "cls-tanh", "--out", "o", "--json", "-", "--csv", "-")]
    [InlineData("--runs compares two runs that are there; leave out --data", "compare", "--runs", "a", "b", "--data", "d")]
    [InlineData("RUN is missing", "predict", "--text", "x")]
    [InlineData("recipe 'cls-tahn' is not known (did you mean 'cls-tanh'?)", "recipes", "show", "cls-tahn")]
    public void A_wrong_command_line_is_one_line_and_exit_code_2(string expected, params string[] args)
    {
        ProcessResult result = TailorProcess.Run(args);
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.StartsWith("tailor: error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Output_that_is_no_terminal_has_no_escape_codes()
    {
        ProcessResult recipes = TailorProcess.Run("recipes");
        Assert.Equal(0, recipes.ExitCode);
        Assert.DoesNotMatch(Escape(), recipes.Output + recipes.Error);
        Assert.Contains("cls-tanh", recipes.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void NO_COLOR_is_kept_on_a_terminal()
    {
        const string script = "/usr/bin/script";
        if (!File.Exists(script))
        {
            Assert.Skip("needs script(1) to make a terminal");
        }

        string coloured = OnTerminal(""), plain = OnTerminal("NO_COLOR=1 ");
        Assert.Matches(Escape(), coloured);
        Assert.Contains("cls-weighted", coloured, StringComparison.Ordinal);
        Assert.DoesNotMatch(Escape(), plain);
        Assert.Contains("cls-weighted", plain, StringComparison.Ordinal);

        static string OnTerminal(string variables)
        {
            var start = new System.Diagnostics.ProcessStartInfo(script, ["-qec", $"{variables}dotnet {TailorProcess.Program} recipes", "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
            start.Environment["TERM"] = "xterm-256color";
            start.Environment.Remove("NO_COLOR");
            using var process = System.Diagnostics.Process.Start(start)!;
            process.StandardInput.Close();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
    }

    [GeneratedRegex("\x1b\\[[0-9;]*m")]
    private static partial Regex Escape();
}
