using System.CommandLine;
using Tailor.Engine;

namespace Tailor.Cli;

/// <summary><c>--precision</c>, of commands that compute with a backbone.</summary>
internal sealed class PrecisionOption
{
    /// <summary>The option.</summary>
    public Option<string> Option { get; } = ChoiceOption.Of("--precision", "Numbers to compute in; mixed has the linear layers in bf16, on processors with bf16 instructions (see: tailor doctor).", [.. PrecisionName.All]);

    /// <summary>Its value.</summary>
    public Precision Of(Session session) => PrecisionName.Parse(session.Get(Option));

    /// <summary>A line that says that mixed precision would be faster; null where it was chosen or declined, or would not be.</summary>
    public string? Advice(Session session) => session.Has(Option) || session.Device is not (null or "cpu") || MixedPrecision.Refusal is not null
        ? null
        : "this processor has bf16 instructions: --precision mixed trains up to twice as fast";
}
