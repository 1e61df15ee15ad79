using System.CommandLine;
using System.Text.Json.Nodes;
using Tailor.Tuning;

namespace Tailor.Cli;

/// <summary><c>tailor recipes</c> and <c>tailor recipes show</c>.</summary>
internal sealed class RecipesCommand : TailorCommand
{
    private readonly Option<bool> _json = new("--json") { Description = "Print the list as JSON." };

    public RecipesCommand()
        : base("recipes", "List the recipes, with the paper each comes from.", "tailor recipes", "tailor recipes show cls-eta")
    {
        Add(_json);
        Add(new ShowCommand());
    }

    protected override int Run(Session session)
    {
        Recipe[] recipes = [.. RecipeCatalogue.Names.Select(name => RecipeCatalogue.Load(name))];
        if (session.Get(_json))
        {
            JsonOutput.Write(session, JsonOutput.Array(recipes, recipe => new JsonObject { ["name"] = recipe.Name, ["summary"] = recipe.Summary, ["paper"] = recipe.Paper }));
        }
        else
        {
            PlainTable.Write(session, ["recipe", "what it does", "paper"], recipes.Select(recipe => (IReadOnlyList<string>)[recipe.Name, recipe.Summary, recipe.Paper]));
        }

        return 0;
    }

    private sealed class ShowCommand : TailorCommand
    {
        private readonly Argument<string> _name = new("NAME") { Description = "A recipe's name, or the path of a recipe file." };
        private readonly Option<bool> _resolved = new("--resolved") { Description = "Every key with its value, defaults included." };
        private readonly Option<string[]> _set = new("--set") { Description = "Change a key; shows the resolved recipe.", HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore };

        public ShowCommand()
            : base("show", "Print a recipe.", "tailor recipes show cls-eta", "tailor recipes show cls-tanh --set stages.0.lr=3e-5")
        {
            Add(_name);
            Add(_resolved);
            Add(_set);
        }

        protected override int Run(Session session)
        {
            string name = session.Get(_name)!;
            string[] overrides = session.Get(_set) ?? [];
            Recipe recipe = RecipeCatalogue.Load(name, overrides);
            bool resolved = session.Get(_resolved) || overrides.Length > 0;
            string text = resolved ? RecipeWriter.ToYaml(recipe) : RecipeCatalogue.Names.Contains(name) ? RecipeCatalogue.Source(name) : File.ReadAllText(name);
            session.Out.WriteLine(text.TrimEnd());
            return 0;
        }
    }
}
