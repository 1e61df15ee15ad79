namespace Tailor.EndToEnd.Tests;

/// <summary>Pictures, and sets, models and recipes of them, that cannot be: one line that says what and how to mend it, exit code 2, and every file as it was.</summary>
public sealed class BadPictureTests(TinyWorld world)
{
    /// <summary>What is checked apart: the command prints what it found first.</summary>
    public const string Inspected = "bad pictures found by inspect";

    private const string Section = "Pictures";

    private const string GroupsAlone = """
        name: own
        summary: group prompts alone
        paper: none
        input: { kind: image }
        adapter: { kind: lpt, tokens: 2, shared_layers: 1, pool: 4, top_k: 2 }
        head: { kind: linear, dropout: 0 }
        stages:
          - { train: adapter, prompts: group, epochs: 1, batch_size: 8, lr: 1e-3 }
        """;

    private static readonly Dictionary<string, BadCase> Cases = new(StringComparer.Ordinal)
    {
        ["a picture whose header claims 40,000 x 40,000 pixels"] = new(Predict("big.png"), ["big.png", "40,000 x 40,000 pixels", "at most 89,478,485", "--max-pixels"], Tuned((_, place) => place.Write("big.png", PictureWorld.HollowPng(40_000, 40_000)))),
        ["a picture whose header claims more than its bytes hold"] = new(Predict("big.png"), ["big.png", "9,000 x 9,000 pixels", "cannot hold"], Tuned((_, place) => place.Write("big.png", PictureWorld.HollowPng(9_000, 9_000)))),
        ["a picture that was cut"] = new(Predict("cut.png"), ["cut.png", "was cut", "tailor inspect"], Tuned((_, place) => place.Write("cut.png", File.ReadAllBytes(place.In("pictures/test/red/0.png"))[..60]))),
        ["a picture that is no picture"] = new(Predict("note.png"), ["note.png", "no picture of a known kind", "68 65 6C 6C 6F"], Tuned((_, place) => place.Write("note.png", "hello"))),
        ["a picture that cannot be decoded, met in training"] = new(
            [.. Train("lift"), "--quiet"], ["pictures/train/green/5.png", "no picture of a known kind", "tailor inspect", "--skip-bad-images"], Pictures((_, place) => place.Write("pictures/train/green/5.png", "hello"))),
        ["a picture that is missing"] = new(Predict("none.png"), ["none.png", "no such file"], Tuned()),
        ["a folder of pictures with one class"] = new(Train("lift"), ["only one class, 'red'", "at least two classes"], Pictures((_, place) =>
        {
            foreach (string folder in new[] { "train/blue", "train/green", "dev", "test" })
            {
                Directory.Delete(place.In($"pictures/{folder}"), recursive: true);
            }
        })),
        ["a folder without pictures"] = new(["predict", "tuned", "--data", "vit"], ["vit", "no picture in the folder"], Tuned()),
        ["a list that names a missing picture"] = new(["train", "--data", "list.txt", "--model", "vit", "--recipe", "lift", "--out", "run"], ["list.txt:2", "no picture 'red/99.png'", "--image-root"], Pictures((_, place) =>
        {
            File.Copy(place.In("pictures/train/red/0.png"), place.In("0.png"));
            place.Write("list.txt", "0.png red\nred/99.png red\n");
        })),
        ["a table of pictures without a column of paths"] = new(["train", "--data", "rows.csv", "--model", "vit", "--recipe", "lift", "--out", "run"], ["rows.csv:1", "no column looks like the path", "--path-column"], Pictures((_, place) => place.Write("rows.csv", "where,label\n1.png,a\n"))),
        ["labels of another number than images"] = new(["inspect", "digits"], ["train-labels-idx1-ubyte.gz", "12 labels", "36 images"], (_, place) =>
        {
            PictureWorld.WriteIdx(place, "digits");
            File.Copy(place.In("digits/t10k-labels-idx1-ubyte.gz"), place.In("digits/train-labels-idx1-ubyte.gz"), overwrite: true);
        }),
        ["an image size that the patches do not divide"] = new(Train("lift", "--set", "input.image_size=13"), ["13 x 13 pixels", "patches of 4", "input.image_size=12"], Pictures()),
        ["LPT's phase 2 without phase 1"] = new(Train("own.yaml"), ["own.yaml", "phase 2", "prompts shared before it"], Pictures((_, place) => place.Write("own.yaml", GroupsAlone))),
        ["a top_k above the pool"] = new(Train("lpt", "--set", "adapter.top_k=21"), ["top_k 21", "pool of 20"], Pictures()),
        ["shared layers that leave no block"] = new(Train("lpt"), ["adapter.shared_layers 6", "3 blocks", "give 2 or less"], Pictures()),
        ["a head from class names on a model that reads no names"] = new(Train("lift", "--set", "head.init=class_names"), ["head.init class_names", "no CLIP", "class_means"], Pictures()),
        ["a recipe of pictures on a model of texts"] = new(["train", "--data", "pictures", "--model", "model", "--recipe", "lift", "--out", "run"], ["model/config.json", "'bert'", "take a recipe of texts"], Pictures()),
        ["a recipe of texts on a model of pictures"] = new(["train", "--data", "rows.csv", "--model", "vit", "--recipe", "cls-tanh", "--out", "run"], ["vit/config.json", "'vit'", "take a recipe of pictures"], Pictures()),
        ["texts for a recipe of pictures"] = new(["train", "--data", "rows.csv", "--model", "vit", "--recipe", "lift", "--out", "run"], ["rows.csv", "these are texts", "cls-tanh"], Pictures()),
        ["pictures for a recipe of texts"] = new(["train", "--data", "pictures", "--model", "model", "--recipe", "cls-tanh", "--out", "run"], ["pictures", "these are pictures", "lift"], Pictures()),
        ["predict of a text by a model of pictures"] = new(["predict", "tuned", "--text", "an apple"], ["tuned", "classifies pictures", "--image FILE"], Tuned()),
        ["predict of a picture by a model of texts"] = new(["predict", "run", "--image", "1.png"], ["run", "classifies texts", "--text"], (world, place) => world.CopyFinished(place, "run")),
        ["export of a model of pictures"] = new(["export", "tuned", "--out", "onnx"], ["tuned", "classifies pictures"], Tuned()),
        ["evaluate on texts by a model of pictures"] = new(["evaluate", "tuned", "--data", "rows.csv"], ["rows.csv", "these are texts", "classifies pictures"], Tuned()),
        ["evaluate on pictures by a model of texts"] = new(["evaluate", "run", "--data", "pictures"], ["pictures", "these are pictures", "classifies texts"], Pictures((world, place) => world.CopyFinished(place, "run"))),
        ["baselines beside recipes of pictures"] = new(Compare("lift", "--baselines", "majority"), ["baseline 'majority' reads texts", "--baselines none"], Pictures()),
        ["a comparison of a recipe of texts with one of pictures"] = new(Compare("lift,cls-tanh", "--baselines", "none"), ["lift", "cls-tanh", "compare recipes of one kind"], Pictures()),
        ["a long tail of pictures in a folder that is not empty"] = new(["longtail", "pictures", "--ratio", "2", "--out", "vit"], ["vit", "exists and is not empty"], Pictures()),
    };

    public static TheoryData<string> Names { get; } = [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_cannot_be_is_refused_in_one_line(string name) => Cases[name].Check(world, Section, name);

    [Fact]
    public void Inspect_lists_bad_pictures_and_ends_with_2_unless_they_are_skipped()
    {
        using var folder = new TemporaryFolder();
        world.Pictures.CopyTo(folder);
        folder.Write("pictures/train/green/5.png", "hello");
        folder.Write("pictures/test/red/1.png", "");
        string[] args = ["inspect", "pictures"];
        ProcessResult result = TailorProcess.Run(args, input: null, folder.Path);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Bad pictures: 2\n- train: pictures/train/green/5.png: no picture of a known kind", result.Output, StringComparison.Ordinal);
        Assert.Contains("- test: pictures/test/red/1.png: the file is empty", result.Output, StringComparison.Ordinal);
        BadInputPage.Check(Section, Inspected, args, result, folder.Path);
        ProcessResult skipped = TailorProcess.Run([.. args, "--skip-bad-images"], input: null, folder.Path);
        Assert.Equal((0, result.Output), (skipped.ExitCode, skipped.Output));
    }

    private static Action<TinyWorld, TemporaryFolder> Pictures(Action<TinyWorld, TemporaryFolder>? prepare = null) => (world, place) =>
    {
        world.Pictures.CopyTo(place);
        prepare?.Invoke(world, place);
    };

    private static Action<TinyWorld, TemporaryFolder> Tuned(Action<TinyWorld, TemporaryFolder>? prepare = null) => Pictures((world, place) =>
    {
        world.Pictures.CopyTuned(place, "tuned");
        prepare?.Invoke(world, place);
    });

    private static string[] Predict(string image) => ["predict", "tuned", "--image", "pictures/test/red/0.png", image];

    private static string[] Train(string recipe, params string[] rest) => ["train", "--data", "pictures", "--model", "vit", "--recipe", recipe, .. rest, "--out", "run"];

    private static string[] Compare(string recipes, params string[] rest) => ["compare", "--data", "pictures", "--model", "vit", "--recipes", recipes, .. rest, "--out", "cmp"];
}
