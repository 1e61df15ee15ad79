using Tailor.Foundation;

namespace Tailor.Backbones;

/// <summary>Which special tokens stand around one text or two, the tokens' types, and how long texts are cut to leave them room.</summary>
internal sealed class SpecialTokenTemplate
{
    private readonly Part[] _single;
    private readonly Part[] _pair;
    private readonly int _singleAdded;
    private readonly int _pairAdded;

    /// <summary>Makes a template.</summary>
    /// <param name="single">The parts for one text.</param>
    /// <param name="pair">The parts for two texts.</param>
    public SpecialTokenTemplate(IEnumerable<Part> single, IEnumerable<Part> pair)
    {
        _single = [.. single];
        _pair = [.. pair];
        _singleAdded = _single.Count(p => p.Text < 0);
        _pairAdded = _pair.Count(p => p.Text < 0);
    }

    /// <summary>No special tokens at all.</summary>
    public static SpecialTokenTemplate None { get; } = new([Part.First], [Part.First, Part.Second]);

    /// <summary>The parts for one text.</summary>
    public IReadOnlyList<Part> Single => _single;

    /// <summary>The parts for two texts.</summary>
    public IReadOnlyList<Part> Pair => _pair;

    /// <summary>BERT's own: <c>[CLS] a [SEP]</c> and <c>[CLS] a [SEP] b [SEP]</c>, type 1 from b on.</summary>
    public static SpecialTokenTemplate Bert(int cls, int sep)
    {
        Part[] single = [Part.Token(cls, 0), Part.First, Part.Token(sep, 0)];
        return new(single, [.. single, Part.Second, Part.Token(sep, 1)]);
    }

    /// <summary>How many tokens of each text are kept.</summary>
    /// <param name="first">The first text's tokens.</param>
    /// <param name="second">The second text's tokens, or null when there is none.</param>
    /// <param name="options">The limit and whether special tokens are added.</param>
    /// <exception cref="InputException">The limit is smaller than the number of special tokens.</exception>
    public (int First, int Second) Keep(int first, int? second, EncodeOptions options)
    {
        if (options.MaxLength is not { } limit)
        {
            return (first, second ?? 0);
        }

        int room = Room(limit, second is not null, options.AddSpecialTokens);
        return second is null ? (Math.Min(first, room), 0) : LongestFirst(first, second.Value, room);
    }

    /// <summary>The tokens left for texts under a limit.</summary>
    /// <exception cref="InputException">The limit is smaller than the number of special tokens.</exception>
    public int Room(int limit, bool pair, bool addSpecialTokens)
    {
        int added = addSpecialTokens ? pair ? _pairAdded : _singleAdded : 0;
        return limit >= Math.Max(1, added)
            ? limit - added
            : throw new InputException(
                $"maximum length: found {limit}, but the special tokens of {(pair ? "a text pair" : "a text")} alone are {added}; ask for at least {added + 1} tokens");
    }

    /// <summary>Puts the parts together.</summary>
    public TokenizedText Assemble(TokenList first, TokenList? second, EncodeOptions options)
    {
        (int keepFirst, int keepSecond) = Keep(first.Count, second?.Count, options);
        Part[] parts = second is null ? _single : _pair;
        int added = !options.AddSpecialTokens ? 0 : second is null ? _singleAdded : _pairAdded;
        int[] ids = new int[keepFirst + keepSecond + added], types = new int[ids.Length];
        var offsets = new (int Start, int End)[ids.Length];
        bool[] special = new bool[ids.Length];
        int count = 0;
        foreach (Part part in parts)
        {
            if (part.Text >= 0)
            {
                (TokenList text, int keep) = part.Text == 0 ? (first, keepFirst) : (second!, keepSecond);
                text.Ids.CopyTo(0, ids, count, keep);
                text.Offsets!.CopyTo(0, offsets, count, keep);
                Array.Fill(types, part.Type, count, keep);
                count += keep;
            }
            else if (options.AddSpecialTokens)
            {
                (ids[count], types[count], special[count]) = (part.Id, part.Type, true);
                count++;
            }
        }

        return new TokenizedText { Ids = ids, TypeIds = types, Offsets = offsets, Special = special };
    }

    /// <summary>Puts only the ids together, special tokens included.</summary>
    /// <param name="first">The first text's ids.</param>
    /// <param name="second">The second text's ids, or null when there is none.</param>
    /// <param name="maxLength">The most ids to return.</param>
    /// <param name="firstLength">The ids of type 0, which come first.</param>
    public int[] AssembleIds(List<int> first, List<int>? second, int maxLength, out int firstLength)
    {
        (int keepFirst, int keepSecond) = Keep(first.Count, second?.Count, new EncodeOptions { MaxLength = maxLength });
        Part[] parts = second is null ? _single : _pair;
        int[] ids = new int[keepFirst + keepSecond + (second is null ? _singleAdded : _pairAdded)];
        int count = 0;
        firstLength = 0;
        foreach (Part part in parts)
        {
            if (part.Text < 0)
            {
                ids[count++] = part.Id;
            }
            else
            {
                (List<int> text, int keep) = part.Text == 0 ? (first, keepFirst) : (second!, keepSecond);
                text.CopyTo(0, ids, count, keep);
                count += keep;
            }

            firstLength = part.Type == 0 ? count : firstLength;
        }

        return ids;
    }

    /// <summary>
    /// Cuts the longer text down to the shorter one, then both; when both are cut, each gets half and the longer one (the second, when they are equal) the odd token.
    /// </summary>
    private static (int First, int Second) LongestFirst(int first, int second, int room)
    {
        if (first + (long)second <= room)
        {
            return (first, second);
        }

        int shorter = Math.Min(first, second);
        int longer = room - shorter;
        if (longer < shorter)
        {
            shorter = room / 2;
            longer = room - shorter;
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    }

    /// <summary>One part of a template: a special token, or the place of a text.</summary>
    /// <param name="Text">0 or 1 for the place of the first or second text, -1 for a special token.</param>
    /// <param name="Id">The special token's id.</param>
    /// <param name="Type">The type of the part's tokens, 0 or 1.</param>
    internal readonly record struct Part(int Text, int Id, int Type)
    {
        public static Part First => new(0, 0, 0);

        public static Part Second => new(1, 0, 1);

        public static Part Token(int id, int type) => new(-1, id, type);
    }
}
