using System.CommandLine;
using Tailor.Foundation;

namespace Tailor.Cli;

/// <summary>Options whose value is one of a few names.</summary>
internal static class ChoiceOption
{
    /// <summary>Makes an option that takes the first choice when it is not given.</summary>
    public static Option<string> Of(string name, string description, params string[] choices)
    {
        var option = new Option<string>(name)
        {
            Description = $"{description} One of: {string.Join(", ", choices)}.",
            HelpName = string.Join('|', choices),
            DefaultValueFactory = _ => choices[0],
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !choices.Contains(result.Tokens[0].Value))
            {
                string given = result.Tokens[0].Value;
                result.AddError($"{name}: '{given}' is not one of {string.Join(", ", choices)}{NearestName.Hint(given, choices)}");
            }
        });
        return option;
    }
}
