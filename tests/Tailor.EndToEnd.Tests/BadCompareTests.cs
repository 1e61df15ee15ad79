namespace Tailor.EndToEnd.Tests;

/// <summary>Comparisons that cannot be: one line that says what and how to mend it, exit code 2, and every file as it was.</summary>
public sealed class BadCompareTests(TinyWorld world)
{
    private static readonly Dictionary<string, BadCase> Cases = new(StringComparer.Ordinal)
    {
        ["a comparison folder of another version"] = new(Again(), ["cmp/comparison.json", "format 2", "reads and writes 1", "choose another --out"], (world, place) => Edit(world, place, "comparison.json", "\"format\": 1", "\"format\": 2")),
        ["a comparison folder that is damaged"] = new(Again(), ["cmp/comparison.json", "not a comparison that this version wrote"], (world, place) => Edit(world, place, "comparison.json", "\"seeds\"", "\"sedes\"")),
        ["a comparison folder that holds something else"] = new(Compare("cls-tanh", "--out", "model"), ["model", "holds no comparison.json", "choose another --out"]),
        ["a row changed since the comparison was begun"] = new(Again(), ["rows.csv", "the data is not what cmp/comparison.json was begun with", "choose another --out"], (world, place) =>
        {
            world.CopyCompared(place);
            File.AppendAllText(place.In("rows.csv"), "the new saw,tool\n");
        }),
        ["a model changed since the comparison was begun"] = new(Again(), ["model/config.json", "the model's file is not what cmp/comparison.json was begun with"], (world, place) =>
        {
            world.CopyCompared(place);
            File.AppendAllText(place.In("model/config.json"), "\n");
        }),
        ["another --rho than the comparison was begun with"] = new(Again("--rho", "0.8"), ["--rho 0.8", "0.55", "leave it as it was"], (world, place) => world.CopyCompared(place)),
        ["a recipe changed since it was run"] = new(Again("--set", "stages.0.lr=2e-3"), ["cmp/runs/cls-tanh/seed-42", "now has 'lr: 0.002' where this run has 'lr: ", "remove cmp/runs/cls-tanh"], (world, place) => world.CopyCompared(place)),
        ["a result that is damaged"] = new([.. Again(), "--quiet"], ["cmp/runs/cls-tanh/seed-42/result.json", "remove"], (world, place) => Edit(world, place, "runs/cls-tanh/seed-42/result.json", "\"split\"", "\"splot\"")),
        ["--set for a recipe that is not compared"] = new(Compare("cls-tanh", "--set", "cls-tahn:stages.0.lr=1e-3", "--out", "cmp"), ["--set cls-tahn:stages.0.lr=1e-3", "did you mean 'cls-tanh'"]),
        ["two recipes of one name"] = new(Compare("cls-tanh,cls-tanh", "--out", "cmp"), ["two are called 'cls-tanh'", "cls-tanh-2=cls-tanh"]),
        ["a wrong key for one recipe"] = new(Compare("cls-tanh,cls-relu", "--set", "cls-relu:stages.0.lrr=1", "--out", "cmp"), ["recipe 'cls-relu': --set stages.0.lrr=1", "unknown key 'lrr'", "did you mean 'lr'"]),
        ["a recipe of a comparison that does not fit the model"] = new(
            Compare("cls-tanh,deep=two-stage", "--set", "input.max_length=32", "--set", "deep:stages.0.layers=5", "--out", "cmp"), ["recipe 'deep'", "the last 5 layers of an encoder that has 2", "stages.N.layers 2 or less"]),
        ["a verbalizer that no recipe of a comparison reads"] = new(Compare("cls-tanh", "--verbalizer", "words.yaml", "--out", "cmp"), ["none of the recipes reads label words", "leave --verbalizer out"]),
        ["data without anything to compare by"] = new(Compare("cls-tanh", "--dev-fraction", "0", "--test-fraction", "0", "--out", "cmp"), ["rows.csv", "neither a test nor a dev part"]),
        ["--runs without predictions"] = new(["compare", "--runs", "model", "cmp"], ["model/predictions.jsonl", "no such file"]),
        ["--runs of different examples"] = new(["compare", "--runs", "finished", "cmp/runs/cls-tanh/seed-42"], ["were not scored on the same examples", "example 2 is not the same"], (world, place) =>
        {
            world.CopyCompared(place);
            world.CopyFinished(place, "finished");
            string[] lines = File.ReadAllLines(place.In("finished/predictions.jsonl"));
            (lines[2], lines[3]) = (lines[3], lines[2]);
            File.WriteAllLines(place.In("finished/predictions.jsonl"), lines);
        }),
    };

    public static TheoryData<string> Names { get; } = [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_comparison_that_cannot_be_is_refused_in_one_line(string name) => Cases[name].Check(world, "Comparisons", name);

    private static string[] Again(params string[] rest) => [.. TinyWorld.CompareArguments, .. rest];

    private static string[] Compare(string recipes, params string[] rest) => ["compare", "--data", "rows.csv", "--model", "model", "--recipes", recipes, .. rest];

    private static void Edit(TinyWorld world, TemporaryFolder place, string file, string old, string now)
    {
        world.CopyCompared(place);
        string path = place.In(Path.Combine("cmp", file)), text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, now, StringComparison.Ordinal));
    }
}
