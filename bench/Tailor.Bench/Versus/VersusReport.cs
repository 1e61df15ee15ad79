using System.Text;
using System.Text.Json;

namespace Tailor.Bench;

/// <summary>The results of <c>versus</c>, as Markdown and as JSON.</summary>
/// <param name="Command">The command that gives them.</param>
/// <param name="Machine">Versions and the like, by side.</param>
/// <param name="Cases">The cases that ran.</param>
/// <param name="Skipped">What did not run, and why.</param>
internal sealed record VersusReport(string Command, Dictionary<string, Dictionary<string, string>> Machine, List<CaseResult> Cases, List<string> Skipped)
{
    private const double Mebibyte = 1 << 20;

    /// <summary>The whole as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, BenchJson.Indented) + "\n";

    /// <summary>Machine, figures and ratios as Markdown tables.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.Append($"`{Command}`\n\n");
        foreach ((string side, Dictionary<string, string> facts) in Machine)
        {
            text.Append($"- {side}: {string.Join("; ", facts.Select(fact => $"{fact.Key} {fact.Value}"))}\n");
        }

        foreach (CaseResult result in Cases)
        {
            text.Append($"- {result.Name}: {result.Description}; counted steps {result.Steps}, rounds {result.Rounds.Values.First().Count}\n");
        }

        foreach (string line in Skipped)
        {
            text.Append($"- skipped: {line}\n");
        }

        if (Cases.Count == 0)
        {
            return text.ToString();
        }

        text.Append("\n| case | side | best ms | median ms | real tokens/s | peak MiB | mean loss or answer |\n|---|---|---:|---:|---:|---:|---:|\n");
        foreach (CaseResult result in Cases)
        {
            foreach ((string side, List<StepFigures> rounds) in result.Rounds)
            {
                string loss = rounds[0].Loss is null ? "-" : $"{rounds.Average(f => f.Loss!.Value):G4}";
                text.Append($"| {result.Name} | {side} | {rounds.Min(f => f.Best):F1} | {CaseResult.Median(rounds.Select(f => f.Median)):F1} | ");
                text.Append($"{CaseResult.Median(rounds.Select(f => f.TokensPerSecond)):F0} | {rounds.Max(f => f.PeakBytes) / Mebibyte:F0} | {loss} |\n");
            }
        }

        if (Cases.Any(result => result.Advantages.Count > 0))
        {
            text.Append("\nTailor against the better of the others (lowest to highest round):\n\n");
            text.Append("| case | side | best step | median step | real tokens/s | peak memory |\n|---|---|---|---|---|---|\n");
            foreach ((CaseResult result, Advantage advantage) in Cases.SelectMany(result => result.Advantages.Select(advantage => (result, advantage))))
            {
                Ratio[] ratios = [advantage.Best, advantage.MedianStep, advantage.TokensPerSecond, advantage.PeakMemory];
                text.Append($"| {result.Name} | {advantage.Side} | {string.Join(" | ", ratios.Select(Show))} |\n");
            }
        }

        return text.ToString();
    }

    private static string Show(Ratio ratio) => $"{ratio.Value:F2} ({ratio.Low:F2} to {ratio.High:F2}) of {ratio.Against}";
}
