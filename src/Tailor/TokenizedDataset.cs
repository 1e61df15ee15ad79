using Tailor.Data;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A dataset in memory, with the token sequences of its parts and the states of layers that do not train: runs of one model whose recipes have the same input share them.</summary>
/// <param name="data">The dataset.</param>
internal sealed class TokenizedDataset(TextDataset data) : IDisposable
{
    private readonly Dictionary<(InputRecipe Input, IReadOnlyList<TextExample> Part), TextSet> _sets = [];

    /// <summary>The dataset.</summary>
    public TextDataset Data => data;

    /// <summary>The states of layers that do not train, for all runs on it.</summary>
    public FrozenStatePool Frozen { get; } = new();

    /// <summary>What is scored at the end: test, else dev; may be empty. With neither there is nothing to score on; the training examples would only flatter.</summary>
    public (string Name, IReadOnlyList<TextExample> Examples) Scored => data.Test.Count > 0 ? ("test", data.Test) : ("dev", data.Dev);

    /// <summary>The token sequences of a part, made when they are first asked for.</summary>
    /// <param name="model">The model; every caller's has the same tokenizer.</param>
    /// <param name="input">The input of its recipe.</param>
    /// <param name="part">One of the dataset's parts.</param>
    public TextSet Examples(TextModel model, InputRecipe input, IReadOnlyList<TextExample> part)
    {
        if (!_sets.TryGetValue((input, part), out TextSet? set))
        {
            set = model.Tokenize(part.Select(example => (example.Text, example.Pair)));
            _sets.Add((input, part), set);
        }

        return set;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => Frozen.Dispose();
}
