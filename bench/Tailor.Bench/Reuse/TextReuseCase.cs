using Tailor.Data;
using Tailor.Tuning;

namespace Tailor.Bench;

/// <summary>The first stage of a recipe on ATIS with MiniLM, its frozen layers without dropout.</summary>
internal sealed class TextReuseCase(string name, string recipe) : ReuseCase
{
    private const int Rows = 2048, MaxLength = 64;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string? Lack(string shared) => new[] { Data(shared), Model(shared) }.FirstOrDefault(folder => !Directory.Exists(folder)) is { } missing ? $"needs {missing}" : null;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double[] Kept, double[] Anew)> Measure(string shared, int rounds)
    {
        TextDataset data = TextDataset.Load(Data(shared), new DatasetOptions { UnknownLabels = UnknownLabels.Drop });
        TextExample[] rows = [.. data.Train.Take(Rows)];
        Recipe read = RecipeCatalogue.Load(recipe, [$"input.max_length={MaxLength}", "stages.0.frozen_dropout=false"]);
        using TextModel kept = TextModel.Load(Model(shared), read, data.Labels.Count, null, 1), anew = TextModel.Load(Model(shared), read, data.Labels.Count, null, 1);
        var none = new LabelledExamples(new TextSet([]), []);
        var train = new LabelledExamples(kept.Input.Tokenize(rows.Select(row => (row.Text, row.Pair))), data.LabelIds(rows));
        ClassificationTask Task(TextModel model, LabelledExamples examples) => new(model, examples, none, data.Labels.Names, train.Counts(data.Labels.Count), 0.55);
        using var first = new StageEpochs(Task(kept, train), 0, read);
        using var second = new StageEpochs(Task(anew, train with { Examples = new AnewSet(train.Examples) }), 0, read);
        (double[] a, double[] b) = StageEpochs.InTurn(first, second, rounds);
        yield return ($"{name}: {recipe}, stage 1, {rows.Length} texts of ATIS, MiniLM", a, b);
    }

    private static string Data(string shared) => Path.Combine(shared, "data", "atis");

    private static string Model(string shared) => Path.Combine(shared, "models", "minilm-l6-mlm");
}
