using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Engine;

namespace Tailor.Cli;

/// <summary><c>tailor doctor</c>.</summary>
internal sealed class DoctorCommand : TailorCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "Print facts and findings as JSON." };

    public DoctorCommand()
        : base("doctor", "Say what is loaded on this machine, what is wrong and how to mend it; exit code 1 when something is wrong.", "tailor doctor", "tailor doctor --json")
    {
        Add(_json);
    }

    protected override int Run(Session session)
    {
        session.LoadLibtorch();

        IReadOnlyList<DoctorFinding> findings = Doctor.Examine();
        (string Name, string Value)[] facts = findings.Any(finding => finding.Level == DoctorLevel.Problem) ? [] : Facts(Libtorch.Facts());
        if (session.Get(_json))
        {
            JsonOutput.Write(session, new JsonObject
            {
                ["facts"] = new JsonObject(facts.Select(fact => KeyValuePair.Create<string, JsonNode?>(fact.Name.Replace(' ', '_'), fact.Value))),
                ["findings"] = JsonOutput.Array(findings, finding => new JsonObject { ["level"] = Word(finding.Level), ["what"] = finding.What, ["remedy"] = finding.Remedy }),
            });
        }
        else
        {
            PlainTable.Write(session, ["fact", "value"], facts.Select(fact => (IReadOnlyList<string>)[fact.Name, fact.Value]));
            session.Out.WriteLine();
            DoctorFinding[] wrong = [.. findings.Where(finding => finding.Level != DoctorLevel.Ok)];
            foreach (DoctorFinding finding in wrong)
            {
                session.Out.WriteLine($"{Word(finding.Level)}: {finding.What} {finding.Remedy}".TrimEnd());
            }

            if (wrong.Length == 0)
            {
                session.Out.WriteLine("Nothing is wrong.");
            }
        }

        return findings.Any(finding => finding.Level == DoctorLevel.Problem) ? 1 : 0;
    }

    private static string Word(DoctorLevel level) => level switch
    {
        DoctorLevel.Ok => "ok",
        DoctorLevel.Warning => "warning",
        _ => "problem",
    };

    private static (string Name, string Value)[] Facts(LibtorchFacts facts) =>
    [
        ("libtorch", facts.Version),
        ("path", facts.Path),
        ("loaded", facts.Route),
        ("threads", $"{facts.Threads} of {facts.Processors} processors"),
        ("processor", facts.Processor),
        ("instruction set", facts.Arithmetic),
        ("vectors", $"{facts.VectorBits} bits"),
        ("bfloat16", facts.HasBFloat16 ? "yes" : "no"),
        ("mixed precision", MixedPrecision.Refusal is null ? "available" : "not available"),
        ("devices", string.Join(", ", facts.Devices)),
        ("c library", facts.CLibrary),
        ("c++ library", facts.CppLibrary),
        ("allocator", facts.Allocator),
        ("waiting", facts.Waiting),
        ("memory", $"{facts.MemoryBytes / (double)(1 << 30):F1} GiB"),
    ];
}
