using Tailor.Backbones;
using Tailor.Data;
using Tailor.Engine;
using Tailor.Tuning;

namespace Tailor;

/// <summary>A dataset in memory, with the token sequences of its parts: runs of one model whose recipes have the same input share them.</summary>
/// <param name="data">The dataset.</param>
internal sealed class TokenizedDataset(TextDataset data)
{
    private readonly Dictionary<(InputRecipe Input, IReadOnlyList<TextExample> Part), TokenSequence[]> _sequences = [];

    /// <summary>The dataset.</summary>
    public TextDataset Data => data;

    /// <summary>What is scored at the end: test, else dev; may be empty. With neither there is nothing to score on; the training examples would only flatter.</summary>
    public (string Name, IReadOnlyList<TextExample> Examples) Scored => data.Test.Count > 0 ? ("test", data.Test) : ("dev", data.Dev);

    /// <summary>The token sequences of a part, made when they are first asked for.</summary>
    /// <param name="model">The model; every caller's has the same tokenizer.</param>
    /// <param name="input">The input of its recipe.</param>
    /// <param name="part">One of the dataset's parts.</param>
    public TokenSequence[] Sequences(TextModel model, InputRecipe input, IReadOnlyList<TextExample> part)
    {
        if (!_sequences.TryGetValue((input, part), out TokenSequence[]? sequences))
        {
            sequences = part.Select(example => model.Tokenize(example.Text, example.Pair)).ToArray();
            _sequences.Add((input, part), sequences);
        }

        return sequences;
    }
}
