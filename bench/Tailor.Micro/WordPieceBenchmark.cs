using BenchmarkDotNet.Attributes;
using Tailor.Backbones;
using Tailor.Data;

namespace Tailor.Micro;

/// <summary>The demo's made-up tickets, with a vocabulary trained on them.</summary>
public class WordPieceBenchmark
{
    private const int VocabularySize = 2000;
    private string[] _texts = [];
    private WordPieceTokenizer _tokenizer = null!;

    [GlobalSetup]
    public void Setup()
    {
        TextDataset tickets = HelpDeskTickets.Create();
        _texts = [.. tickets.Train.Select(row => row.Text)];
        var normalizer = new BertNormalizerOptions();
        _tokenizer = WordPieceTokenizer.FromVocabulary(WordPieceTrainer.Train(_texts, VocabularySize, normalizer), normalizer);
    }

    [Benchmark]
    public int Ids() => _texts.Sum(text => _tokenizer.EncodeIds(text, null, int.MaxValue, out _).Length);

    [Benchmark]
    public int IdsAndOffsets() => _texts.Sum(text => _tokenizer.Encode(text).Ids.Length);
}
