using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace Tailor.Cli;

/// <summary>Options whose value is a number within bounds, with an error that says the bounds.</summary>
internal static class NumberOption
{
    /// <summary>An optional whole number.</summary>
    public static Option<int?> Integer(string name, string description, int least, int most) => Make(name, description, least, most, NumberStyles.AllowLeadingSign, "a whole number");

    /// <summary>An optional whole number of 64 bits.</summary>
    public static Option<long?> Long(string name, string description) => Make(name, description, long.MinValue, long.MaxValue, NumberStyles.AllowLeadingSign, "a whole number");

    /// <summary>An optional number.</summary>
    public static Option<double?> Real(string name, string description, double least, double most) => Make(name, description, least, most, NumberStyles.Float, "a number");

    private static Option<T?> Make<T>(string name, string description, T least, T most, NumberStyles style, string kind)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        var option = new Option<T?>(name) { Description = description, HelpName = "N" };
        string expected = least == T.MinValue ? kind : most == T.CreateSaturating(int.MaxValue) ? $"{kind} of at least {least}" : $"{kind} from {least} to {most}";
        option.CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (T.TryParse(text, style, CultureInfo.InvariantCulture, out T value) && value >= least && value <= most)
            {
                return value;
            }

            result.AddError($"{name}: '{text}' is not {expected}");
            return null;
        };
        return option;
    }
}
