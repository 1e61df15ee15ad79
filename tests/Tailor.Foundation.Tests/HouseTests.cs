using System.Xml.Linq;

namespace Tailor.Foundation.Tests;

/// <summary>The rules of the house that a compiler does not hold: who may reference whom, and how long a file may be.</summary>
public class HouseTests
{
    private const int LongestFile = 450;

    /// <summary>The rooms from the ground up, each with the rooms it may reference itself.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["Tailor.Foundation"] = [],
        ["Tailor.Engine"] = ["Tailor.Foundation"],
        ["Tailor.Backbones"] = ["Tailor.Engine"],
        ["Tailor.Imaging"] = ["Tailor.Foundation"],
        ["Tailor.Data"] = ["Tailor.Imaging"],
        ["Tailor.Evaluation"] = ["Tailor.Data"],
        ["Tailor.Baselines"] = ["Tailor.Evaluation"],
        ["Tailor.Tuning"] = ["Tailor.Backbones", "Tailor.Evaluation"],
        ["Tailor.Onnx"] = ["Tailor.Tuning"],
        ["Tailor"] = ["Tailor.Onnx", "Tailor.Baselines"],
        ["Tailor.Cli"] = ["Tailor"],
    };

    /// <summary>Files that are longer for a reason, with the reason.</summary>
    private static readonly Dictionary<string, string> Longer = [];

    private static string Root
    {
        get
        {
            string? folder = AppContext.BaseDirectory;
            while (folder is not null && !File.Exists(Path.Combine(folder, "Tailor.slnx")))
            {
                folder = Path.GetDirectoryName(folder);
            }

            return folder ?? throw new InvalidOperationException("The tests run outside the repository.");
        }
    }

    [Fact]
    public void Rooms_reference_only_the_rooms_below_them()
    {
        string[] projects = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.NotEmpty(projects);
        foreach (string project in projects)
        {
            string room = Path.GetFileNameWithoutExtension(project);
            Assert.True(MayReference.TryGetValue(room, out string[]? allowed), $"{room} is a room this test does not know; say which rooms it may reference.");
            string[] references = XDocument.Load(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).ToArray();
            Assert.Subset(allowed.ToHashSet(), references.ToHashSet());
        }
    }

    [Fact]
    public void TorchSharp_stays_out_of_the_rooms_that_do_without_it()
    {
        foreach (string room in new[] { "Tailor.Foundation", "Tailor.Imaging", "Tailor.Data", "Tailor.Evaluation", "Tailor.Baselines" })
        {
            Assert.DoesNotContain("TorchSharp", File.ReadAllText(Path.Combine(Root, "src", room, room + ".csproj")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Libraries_do_not_reference_libtorch_itself()
    {
        foreach (string project in Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Where(p => !p.EndsWith("Tailor.Cli.csproj", StringComparison.Ordinal)))
        {
            string text = File.ReadAllText(project);
            Assert.DoesNotContain("libtorch-", text, StringComparison.Ordinal);
            Assert.DoesNotContain("UsesLibtorch", text, StringComparison.Ordinal);
            Assert.DoesNotContain("TorchSharp-cpu", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Source_files_are_short()
    {
        IEnumerable<string> tooLong = Directory.GetFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(f => (Name: Path.GetRelativePath(Root, f).Replace('\\', '/'), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > LongestFile && !Longer.ContainsKey(f.Name))
            .Select(f => $"{f.Name}: {f.Lines} lines");
        Assert.Empty(tooLong);
    }
}
