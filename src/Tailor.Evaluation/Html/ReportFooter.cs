using System.Xml.Linq;

namespace Tailor.Evaluation;

/// <summary>How a result was made, at the end of every report.</summary>
internal static class ReportFooter
{
    /// <summary>The files that say what was asked.</summary>
    public static XElement? Settings(IReadOnlyList<ReportFile> files) => files.Count == 0 ? null : Markup.Section("settings", "Settings", files.Select(Markup.File).ToArray());

    /// <summary>The command and the circumstances.</summary>
    public static XElement? Making(string? command, IReadOnlyList<ReportFact> facts) => command is null && facts.Count == 0
        ? null
        : Markup.Section(
            "made",
            "How it was made",
            new XAttribute("class", "small"),
            command is null ? null : Markup.File(new ReportFile("The command that makes it again", command)),
            facts.Count == 0 ? null : Markup.Table("Data, model, versions and machine", ["what", "value"], facts.Select(fact => (IReadOnlyList<string>)[fact.Name, fact.Value])));
}
