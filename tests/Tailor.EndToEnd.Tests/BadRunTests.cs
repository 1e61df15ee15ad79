namespace Tailor.EndToEnd.Tests;

/// <summary>Recipes, run folders and labels that cannot be: one line that says what and how to mend it, exit code 2, and every file as it was.</summary>
public sealed class BadRunTests(TinyWorld world)
{
    private const string Recipe = """
        name: own
        summary: a recipe of one's own
        paper: none
        head:
          activtion: tanh
        stages:
          - { epochs: 1, batch_size: 8, lr: 1e-3, loss: { kind: cross_entropy } }
        """;

    private static readonly Dictionary<string, BadCase> Cases = new(StringComparer.Ordinal)
    {
        ["a max length over the model's"] = new(Train("--out", "run"), ["max length 128", "32 positions", "input.max_length=32"]),
        ["a max length over the model's, for features"] = new(["embed", "--data", "rows.csv", "--model", "model", "--out", "x.safetensors"], ["max length 256", "32 positions", "--max-length 32"]),
        ["a recipe file with a wrong key"] = new(Train("--recipe", "own.yaml", "--out", "run"), ["own.yaml:5", "unknown key 'activtion'", "did you mean 'activation'"], (_, place) => place.Write("own.yaml", Recipe)),
        ["a wrong key in --set"] = new(Train("--set", "stages.0.learning_rat=1", "--out", "run"), ["--set stages.0.learning_rat=1", "unknown key 'learning_rat'", "the keys here are"]),
        ["a recipe that is not known"] = new(Train("--recipe", "cls-tahn", "--out", "run"), ["'cls-tahn'", "did you mean 'cls-tanh'"]),
        ["a template without a mask in a prompt recipe"] = new(Prompt("--set", "input.template='{text} only'"), ["mlm", "a template with {mask}"]),
        ["a template with two masks"] = new(Prompt("--set", "input.template='{text} {mask} {mask}'"), ["input.template", "2 times {mask}", "once"]),
        ["a template with an unknown placeholder"] = new(Prompt("--set", "input.template='{text} {msk}'"), ["input.template", "unknown placeholder {msk}", "{text_a} {text_b}"]),
        ["a verbalizer that misses a class"] = new(Prompt("--verbalizer", "words.yaml"), ["words.yaml", "no words for the class", "give every class a word"], (_, place) => place.Write("words.yaml", "tool: saw\n")),
        ["a verbalizer that repeats a class"] = new(Prompt("--verbalizer", "words.yaml"), ["words.yaml:2", "a second time"], (_, place) => place.Write("words.yaml", "tool: saw\ntool: hammer\n")),
        ["a verbalizer for a recipe that reads none"] = new(Train("--verbalizer", "words.yaml", "--set", "input.max_length=32", "--out", "run"), ["cls-tanh", "leave --verbalizer out"]),
        ["a prompt recipe on a checkpoint without MLM head"] = new(
            ["train", "--data", "rows.csv", "--model", "tuned/model", "--recipe", "prompt", "--set", "input.max_length=32", "--out", "run"], ["no MLM head", "masked language model"], (world, place) => world.CopyFinished(place, "tuned")),
        ["a LoRA rank above the width"] = new(Adapted("--set", "adapter.r=33"), ["adapter.r 33", "32 x 32"]),
        ["an adapter on a layer that does not exist"] = new(Adapted("--set", "adapter.layers=[0, 7]"), ["adapter.layers names layer 7", "the layers 0 to 1"]),
        ["an adapter on a module that does not exist"] = new(Adapted("--set", "adapter.targets=[qery]"), ["adapter.targets names 'qery'", "its layers have attention.self.query"]),
        ["a prefix that leaves too few positions"] = new(
            Train("--recipe", "prefix", "--set", "input.max_length=32", "--out", "run"), ["max length 32", "of which the adapter takes 17", "input.max_length=15"]),
        ["a first stage that says where its weights start"] = new(Adapted("--set", "stages.0.backbone=pretrained"), ["stage 0 says where its weights start", "leave backbone, head and adapter out"]),
        ["a prefix that is to be merged"] = new(
            Train("--recipe", "eh-ft-prefix", "--set", "stages.1.backbone=previous", "--set", "stages.1.adapter=merge", "--out", "run"), ["merge an adapter that no plain weight can hold", "lora, ia3, bitfit"]),
        ["a head transplanted onto another number of classes"] = new(
            ["train", "--data", "rows.csv", "--model", "tuned/model", "--recipe", "cls-relu", "--set", "input.max_length=32", "--out", "run"], ["tells 3 classes apart", "the data has 2"], (world, place) =>
            {
                world.CopyFinished(place, "tuned");
                DamagedWeights.Rename(place.In("tuned/model/model.safetensors"), "classifier.", "head.out.");
                File.WriteAllLines(place.In("rows.csv"), File.ReadAllLines(place.In("rows.csv")).Where(line => !line.EndsWith(",tool", StringComparison.Ordinal)));
            }),
        ["changes of a model of another shape"] = new(["changes", "wide", "--model", "model"], ["wide", "give the model it was tuned from"], (_, place) =>
        {
            Directory.CreateDirectory(place.In("wide"));
            File.Copy(place.In("model/model.safetensors"), place.In("wide/model.safetensors"));
            DamagedWeights.Rename(place.In("wide/model.safetensors"), "encoder.layer.", "encoder.block.");
        }),
        ["a calibration of class weights beside an MLM head"] = new(Prompt("--set", "calibration.kind=crt"), ["calibration.kind=crt", "head kind mlm has none", "take ncm"]),
        ["a loss of cosines on a head that gives none"] = new(Train("--set", "stages.0.loss=gcl", "--out", "run"), ["loss gcl takes cosines", "take head { kind: cosine, scale: 1 }"]),
        ["a value to be chosen on dev, and no dev split"] = new(Train("--recipe", "tau-norm", "--dev-fraction", "0", "--out", "run"), ["tau-norm", "chosen on the dev split", "--dev-fraction above 0"]),
        ["an augmented file with unknown labels"] = new(Augmented("more.csv"), ["more.csv:3: label", "'planet'", "3 labels"], (_, place) => place.Write("more.csv", "text,label\nthe apple,fruit\nthe mars,planet\n")),
        ["an augmented file made of other rows"] = new(Augmented("more.csv"), ["more.csv:2: origin", "line 999 is no training row", "tailor augment"], (_, place) => place.Write("more.csv", "text,label,origin\nthe apple,fruit,999\n")),
        ["an augmented file that is missing"] = new(Augmented("more.csv"), ["more.csv", "no such"]),
        ["a recipe with an augmented stage, and no file"] = new(Train("--recipe", "two-stage-augmented", "--out", "run"), ["two-stage-augmented", "tailor augment --data rows.csv", "--augmented"]),
        ["an augmented file for a recipe without such a stage"] = new(Train("--augmented", "more.csv", "--out", "run"), ["cls-tanh", "leave --augmented out"]),
        ["augment with a rate that its method does not take"] = new(["augment", "--data", "rows.csv", "--method", "duplicate", "--rate", "0.2", "--out", "more.csv"], ["--rate", "--method word-dropout or swap"]),
        ["longtail with an alpha of another profile"] = new(["longtail", "two.csv", "--alpha", "2", "--out", "rare.csv"], ["--alpha", "--profile pareto"], (_, place) => place.Write("two.csv", "text,label\na,x\nb,y\n")),
        ["longtail with an alpha that leaves a class empty"] = new(["longtail", "two.csv", "--profile", "pareto", "--alpha", "0.5", "--out", "rare.csv"], ["two.csv", "without any", "raise --alpha"], (_, place) => place.Write("two.csv", "text,label\na,x\nb,y\n")),
        ["longtail with a rate and a ratio"] = new(["longtail", "two.csv", "--profile", "two-class", "--rate", "0.1", "--ratio", "10", "--out", "rare.csv"], ["--rate and --ratio", "give one"], (_, place) => place.Write("two.csv", "text,label\na,x\nb,y\n")),
        ["an output folder that exists"] = new(Train("--out", "model"), ["model", "exists and is not empty", "choose another --out"]),
        ["--resume of a finished run"] = new(Resume, ["run", "finished", "result.json"], (world, place) => world.CopyFinished(place, "run")),
        ["--resume with a row changed"] = new(Resume, ["rows.csv", "not what the run was begun with", "restore"], ChangeRow),
        ["--resume with the table gone"] = new(Resume, ["rows.csv", "no such"], (world, place) =>
        {
            world.CopyStopped(place, "run");
            File.Delete(place.In("rows.csv"));
        }),
        ["--resume of a folder that is no run"] = new(["train", "--resume", "model"], ["model", "no run.json", "--out"]),
        ["--resume of a damaged run.json"] = new(Resume, ["run/run.json", "not valid JSON", "start it again"], (world, place) =>
        {
            world.CopyStopped(place, "run");
            DamagedWeights.Truncate(place.In("run/run.json"), 200);
        }),
        ["--resume of a damaged checkpoint"] = new([.. Resume, "--quiet"], ["run/checkpoint/state.safetensors", "lie outside"], (world, place) =>
        {
            world.CopyStopped(place, "run");
            DamagedWeights.Truncate(place.In("run/checkpoint/state.safetensors"), 100_000);
        }),
        ["--resume of a pretraining run by train"] = new(Resume, ["run", "tailor pretrain --resume run"], (_, place) =>
        {
            Directory.CreateDirectory(place.In("run"));
            place.Write("run/run.json", """{ "format": 1, "kind": "pretrain" }""");
        }),
        ["--resume of a training run by pretrain"] = new(["pretrain", "--resume", "run"], ["run", "tailor train --resume run"], (world, place) => world.CopyStopped(place, "run")),
        ["predict with a folder that is no run"] = new(["predict", "model", "--text", "an apple"], ["model", "no tailor.json", "tailor train"]),
        ["predict with an unfinished run"] = new(["predict", "run", "--text", "an apple"], ["run", "not finished", "tailor train --resume run"], (world, place) => world.CopyStopped(place, "run")),
        ["predict with a damaged tailor.json"] = new(["predict", "run", "--text", "an apple"], ["run/model/tailor.json"], (world, place) =>
        {
            world.CopyFinished(place, "run");
            DamagedWeights.Truncate(place.In("run/model/tailor.json"), 100);
        }),
        ["evaluate with a folder that is missing"] = new(["evaluate", "run", "--data", "rows.csv"], ["run", "no such folder"]),
        ["evaluate with a label that training never saw"] = new(["evaluate", "run", "--data", "rows.csv"], ["'planet'", "--unknown-labels drop"], (world, place) =>
        {
            world.CopyFinished(place, "run");
            File.AppendAllText(place.In("rows.csv"), "the red mars,planet\n");
        }),
        ["export with an unfinished run"] = new(["export", "run", "--out", "onnx"], ["run", "not finished"], (world, place) => world.CopyStopped(place, "run")),
        ["export into a folder that has something in it"] = new(["export", "run", "--out", "model"], ["model", "give a new folder"], (world, place) => world.CopyFinished(place, "run")),
        ["export of what was exported"] = new(["export", "onnx", "--out", "again"], ["onnx", "exported already"], Exported),
        ["predict with a damaged graph"] = new(["predict", "onnx", "--text", "an apple"], ["onnx/model.onnx", "ONNX Runtime cannot read it", "export the run again"], (world, place) =>
        {
            Exported(world, place);
            DamagedWeights.Truncate(place.In("onnx/model.onnx"), 5_000);
        }),
        ["mixed precision for an exported graph"] = new(["predict", "onnx", "--text", "an apple", "--precision", "mixed"], ["onnx", "leave --device and --precision out"], Exported),
    };

    public static TheoryData<string> Names { get; } = [.. Cases.Keys];

    private static string[] Resume => ["train", "--resume", "run"];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_cannot_be_is_refused_in_one_line(string name) => Cases[name].Check(world, "Recipes and runs", name);

    private static string[] Train(params string[] rest) => ["train", "--data", "rows.csv", "--model", "model", .. rest];

    private static string[] Prompt(params string[] rest) => Train(["--recipe", "prompt", "--set", "input.max_length=32", .. rest, "--out", "run"]);

    private static string[] Adapted(params string[] rest) => Train(["--recipe", "eh-ft-lora", "--set", "input.max_length=32", .. rest, "--out", "run"]);

    private static string[] Augmented(string file) => Train("--recipe", "two-stage-augmented", "--augmented", file, "--out", "run");

    private static void Exported(TinyWorld world, TemporaryFolder place)
    {
        world.CopyFinished(place, "run");
        Assert.Equal(0, TailorProcess.Run(["export", "run", "--out", "onnx"], input: null, place.Path).ExitCode);
    }

    private static void ChangeRow(TinyWorld world, TemporaryFolder place)
    {
        world.CopyStopped(place, "run");
        string[] rows = File.ReadAllLines(place.In("rows.csv"));
        rows[7] = "the new saw,tool";
        File.WriteAllLines(place.In("rows.csv"), rows);
    }
}
