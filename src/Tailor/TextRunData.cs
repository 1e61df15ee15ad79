using Tailor.Data;
using Tailor.Engine;
using Tailor.Foundation;
using Tailor.Tuning;

namespace Tailor;

/// <summary>Texts, and their tokens for each input of a recipe.</summary>
/// <param name="data">The dataset.</param>
internal sealed class TextRunData(TextDataset data) : RunData
{
    private readonly Dictionary<(InputRecipe Input, IReadOnlyList<TextExample> Part), TextSet> _sets = [];

    /// <inheritdoc/>
    public override LabelledDataset Set => data;

    /// <summary>The dataset.</summary>
    public TextDataset Texts => data;

    /// <inheritdoc/>
    public override ClassifierModel LoadModel(TrainRequest request, Recipe recipe, Verbalizer? verbalizer) =>
        TextModel.Load(request.Model, recipe, data.Labels.Count, verbalizer, request.Seed, ComputeDevice.Find(request.Device));

    /// <inheritdoc/>
    public override LabelledExamples Part(ClassifierModel model, SplitPart part) => Labelled((TextModel)model, data.Examples(part));

    /// <inheritdoc/>
    public override AugmentedSet? Augmented(RunRequest request, Recipe recipe)
    {
        bool wanted = recipe.Stages.Any(stage => stage.Data == StageData.Augmented);
        return (wanted, request.Augmented) switch
        {
            (true, { } path) => AugmentedSet.Read(path, data, request.DataOptions.Table),
            (true, null) => throw new InputException($"recipe '{recipe.Name}' trains a stage on augmented rows; make them with: tailor augment --data {request.Data} --out augmented.csv, and give them with --augmented augmented.csv"),
            (false, { }) => throw new InputException($"recipe '{recipe.Name}' has no stage with data augmented; leave --augmented out, or take a recipe such as two-stage-augmented"),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override LabelledExamples Read(ClassifierModel model, AugmentedSet augmented) => Labelled((TextModel)model, augmented.Examples);

    private LabelledExamples Labelled(TextModel model, IReadOnlyList<TextExample> rows)
    {
        TextSet? set;
        lock (_sets)
        {
            if (!_sets.TryGetValue((model.Recipe.Input, rows), out set))
            {
                set = model.Input.Tokenize(rows.Select(example => (example.Text, example.Pair)));
                _sets.Add((model.Recipe.Input, rows), set);
            }
        }

        return new LabelledExamples(set, data.LabelIds(rows), data.HasNumbers ? TextDataset.Values(rows) : null);
    }
}
