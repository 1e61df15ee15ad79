using System.CommandLine;
using System.CommandLine.Help;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>Reads the arguments, runs the command and turns every failure into one line and an exit code: 0 done, 1 the work failed, 2 bad usage or bad input, 130 interrupted.</summary>
internal static class CommandLine
{
    /// <summary>The exit code of bad usage and bad input.</summary>
    public const int BadInput = 2;

    /// <summary>The exit code of work that failed.</summary>
    public const int WorkFailed = 1;

    /// <summary>Runs the program.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        using StreamWriter output = StandardOutput.Open();
        try
        {
            RootCommand root = Root();

            // A text that begins with '@' is a text, not a response file.
            ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0 && parsed.Action is not ExampleHelp)
            {
                throw new InputException(UsageError.Explain(parsed));
            }

            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = Console.Error };
            int code = parsed.Invoke(invocation);
            output.Flush();
            return code;
        }
        catch (Exception fault)
        {
            return Fail(fault, output);
        }
    }

    private static RootCommand Root()
    {
        var root = new RootCommand("Tailor fine-tunes pretrained transformers for long-tailed classification.");
        foreach (Option option in GlobalOptions.All)
        {
            root.Add(option);
        }

        foreach (TailorCommand command in TailorCommands.All())
        {
            root.Add(command);
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExampleHelp((HelpAction)help.Action!, "tailor demo", "tailor inspect tickets.csv", "tailor train --data tickets.csv --model bert-base-uncased --recipe cls-tanh --out runs/first");
        return root;
    }

    private static int Fail(Exception fault, TextWriter output)
    {
        if (Environment.GetEnvironmentVariable("TAILOR_DEBUG") == "1")
        {
            Console.Error.WriteLine(fault);
        }

        fault = Cause(fault);
        if (fault is not InterruptedException)
        {
            // What was already answered stands before the reason why there is no more.
            Quietly(output.Flush);
        }

        string message = fault switch
        {
            InputException or InterruptedException or IOException or UnauthorizedAccessException => fault.Message,
            OutOfMemoryException => "out of memory; use a smaller batch or max length",
            DllNotFoundException or BadImageFormatException => $"a native library does not load: {fault.Message}; run: tailor doctor",
            _ when fault.GetType().Namespace?.StartsWith("Tailor", StringComparison.Ordinal) == true => fault.Message,
            _ => $"{fault.GetType().Name}: {fault.Message} (this is a fault of tailor; TAILOR_DEBUG=1 shows where)",
        };
        Quietly(() => Console.Error.WriteLine($"tailor: {(fault is InterruptedException ? "" : "error: ")}{message.ReplaceLineEndings(" ")}"));
        return fault switch
        {
            InputException or IOException or UnauthorizedAccessException => BadInput,
            InterruptedException interrupted => interrupted.ExitCode,
            _ => WorkFailed,
        };
    }

    /// <summary>The exception that says most: an input error or an interruption wherever it is nested, else the innermost of wrappers.</summary>
    private static Exception Cause(Exception fault)
    {
        for (Exception? inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is InputException or InterruptedException)
            {
                return inner;
            }
        }

        while (fault is AggregateException or TypeInitializationException && fault.InnerException is { } inner)
        {
            fault = inner;
        }

        return fault;
    }

    private static void Quietly(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // Nobody reads the stream any more; the exit code still tells.
        }
    }
}
