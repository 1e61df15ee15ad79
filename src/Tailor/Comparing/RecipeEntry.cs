using System.Text.Json;
using System.Text.Json.Nodes;
using Tailor.Data;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A recipe as a row of a comparison.</summary>
internal sealed class RecipeEntry : ComparisonEntry
{
    private readonly Recipe _recipe;
    private readonly Verbalizer? _verbalizer;
    private readonly AugmentedSet? _augmented;

    private RecipeEntry(Recipe recipe, Verbalizer? verbalizer, AugmentedSet? augmented)
        : base(recipe.Name, isBaseline: false, isDeterministic: false) => (_recipe, _verbalizer, _augmented) = (recipe, verbalizer, augmented);

    /// <summary>Whether a request's recipes read pictures; all of them must, or none.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="InputException">A recipe cannot be read, or some read texts and others pictures.</exception>
    public static bool ReadPictures(CompareRequest request)
    {
        Recipe[] recipes = [.. request.Recipes.Select(written => RecipeCatalogue.Load(Named(written).Source))];
        return recipes.FirstOrDefault(recipe => recipe.Input.ReadsPictures != recipes[0].Input.ReadsPictures) is { } other
            ? throw new InputException($"--recipes: of {recipes[0].Name} and {other.Name} one reads pictures and the other texts; compare recipes of one kind")
            : recipes.Length > 0 && recipes[0].Input.ReadsPictures;
    }

    /// <summary>Reads the recipes of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="data">The dataset, whose classes the label words belong to.</param>
    /// <param name="remark">Told what is worth saying.</param>
    /// <exception cref="InputException">A recipe, an override or the verbalizer cannot be.</exception>
    public static IReadOnlyList<RecipeEntry> Read(CompareRequest request, RunData data, Action<string> remark)
    {
        (string Name, string Source)[] recipes = [.. request.Recipes.Select(Named)];
        if (recipes.CountBy(recipe => recipe.Name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            throw new InputException($"--recipes: two are called '{twice}'; give one another name, such as {twice}-2={recipes.First(recipe => recipe.Name == twice).Source}");
        }

        RecipeOverride[] overrides = [.. request.Overrides.Select(RecipeOverride.Parse)];
        string[] names = [.. recipes.Select(recipe => recipe.Name)];
        if (Array.Find(overrides, change => change.Recipe is { } one && !names.Contains(one)) is { Recipe: { } stray } lost)
        {
            throw new InputException($"--set {stray}:{lost.Change}: no recipe of this call is called '{stray}'{NearestName.Hint(stray, names)}; they are {string.Join(", ", names)}");
        }

        RecipeEntry[] entries = [.. recipes.Select(recipe => Read(recipe.Name, recipe.Source, [.. overrides.Where(o => o.Recipe is null || o.Recipe == recipe.Name).Select(o => o.Change)], request, data, remark))];
        if (request.Augmented is not null && entries.All(entry => entry._augmented is null))
        {
            throw new InputException("none of the recipes has a stage with data augmented; leave --augmented out, or add a recipe such as two-stage-augmented");
        }

        return request.Verbalizer is null || entries.Any(entry => entry._verbalizer is not null)
            ? entries
            : throw new InputException("none of the recipes reads label words; leave --verbalizer out, or add a prompt recipe");
    }

    internal override JsonObject Describe() => new() { ["recipe"] = RecipeWriter.ToYaml(_recipe), ["label_words"] = Words, ["augmented_fingerprint"] = _augmented?.Fingerprint };

    internal override string? Changed(JsonObject run, string file)
    {
        if (run["recipe"]?.ToString() is not { } yaml)
        {
            return "this is no run of a recipe";
        }

        // What a recipe is called in words changes nothing.
        Recipe then = RecipeReader.Parse(yaml, file) with { Summary = _recipe.Summary, Paper = _recipe.Paper };
        if (then == _recipe)
        {
            return !JsonNode.DeepEquals(run["label_words"], Words) ? "the label words are not those of this run"
                : run["augmented_fingerprint"]?.ToString() != _augmented?.Fingerprint ? "the augmented rows are not those of this run"
                : null;
        }

        string[] now = RecipeWriter.ToYaml(_recipe).Split('\n'), before = RecipeWriter.ToYaml(then).Split('\n');
        int line = Enumerable.Range(0, Math.Min(now.Length, before.Length)).FirstOrDefault(i => now[i] != before[i]);
        return $"the recipe now has '{now[line].Trim()}' where this run has '{before[line].Trim()}'";
    }

    internal override void Check(CompareRequest request, RunData data) => Within(Name, () =>
    {
        Runs.Check(request.ForRun(Name, "", 0), _recipe, _verbalizer, data);
        return true;
    });

    internal override RunResult Run(RunFolder folder, long seed, CompareRequest request, RunData data, IProgress<TrainingEvent>? progress, CancellationToken stop)
    {
        TrainRequest run = RequestOf(seed, request, folder.Path);
        return File.Exists(folder.Description)
            ? Runs.Resume(folder, RunDescription.Read(folder) with { Request = run }, data, progress, stop)
            : Runs.Train(run, _recipe, _verbalizer, _augmented, data, [], progress, stop);
    }

    internal override FirstSteps Steps(long seed, CompareRequest request, RunData data) => new(RequestOf(seed, request, output: ""), _recipe, _verbalizer, _augmented, data);

    private TrainRequest RequestOf(long seed, CompareRequest request, string output) => request.ForRun(Name, output, seed) with { Augmented = _augmented is null ? null : request.Augmented };

    private JsonNode? Words => JsonSerializer.SerializeToNode(_verbalizer?.Words);

    private static (string Name, string Source) Named(string written)
    {
        int equals = written.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && Recipe.IsName(written[..equals]) ? (written[..equals], written[(equals + 1)..]) : (RecipeCatalogue.Load(written).Name, written);
    }

    private static RecipeEntry Read(string name, string source, IReadOnlyList<string> overrides, CompareRequest request, RunData data, Action<string> remark) => Within(name, () =>
    {
        Recipe recipe = RecipeCatalogue.Load(source, overrides) with { Name = name };
        if (recipe.PredictsNumbers)
        {
            throw new InputException("it predicts numbers, and a comparison is of classes; train it by itself, with --seeds for several");
        }

        Calibrator.RequireDev(recipe, data.Set.Count(SplitPart.Dev));
        bool words = recipe.Head.Kind == HeadKind.Mlm, augmented = recipe.Stages.Any(stage => stage.Data == StageData.Augmented);
        return new RecipeEntry(
            recipe,
            Runs.LabelWords(words ? request : request with { Verbalizer = null }, recipe, data.Set.Labels.Names, remark),
            data.Augmented(augmented ? request : request with { Augmented = null }, recipe));
    });

    /// <summary>Says of which recipe a fault speaks.</summary>
    private static T Within<T>(string name, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (InputException fault)
        {
            throw new InputException($"recipe '{name}': {fault.Message}", fault);
        }
    }

    /// <summary>A change to all recipes, or to one.</summary>
    private sealed record RecipeOverride(string? Recipe, string Change)
    {
        /// <summary>Reads <c>KEY=VALUE</c> or <c>RECIPE:KEY=VALUE</c>; no key has a colon.</summary>
        public static RecipeOverride Parse(string text)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal), colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon >= 0 && colon < equals ? new(text[..colon], text[(colon + 1)..]) : new(null, text);
        }
    }
}
