using System.Buffers;

namespace Tailor.Backbones;

/// <summary>A normalised text in pooled memory and, when asked for, the source code point that each of its UTF-16 units comes from.</summary>
internal struct NormalizedText : IDisposable
{
    // A character becomes at most four by decomposition, each at most two by lower-casing, and two blanks around it.
    private const int LongestReplacement = 32;
    private char[] _units;
    private int[]? _sources;

    /// <summary>Makes an empty text with room for a source of some length.</summary>
    /// <param name="sourceLength">The source's UTF-16 units.</param>
    /// <param name="traced">Whether the units' sources are kept.</param>
    public NormalizedText(int sourceLength, bool traced)
    {
        _units = ArrayPool<char>.Shared.Rent(sourceLength + LongestReplacement);
        _sources = traced ? ArrayPool<int>.Shared.Rent(_units.Length) : null;
    }

    /// <summary>The UTF-16 units written so far.</summary>
    public int Length { get; set; }

    /// <summary>Whether the units' sources are kept.</summary>
    public readonly bool IsTraced => _sources is not null;

    /// <summary>The normalised text.</summary>
    public readonly ReadOnlySpan<char> Units => _units.AsSpan(0, Length);

    /// <summary>For each UTF-16 unit the code point of the source that it comes from; empty when that is not kept.</summary>
    public readonly ReadOnlySpan<int> Sources => _sources is null ? [] : _sources.AsSpan(0, Length);

    /// <summary>Appends one unit; there is always room for as many units as the source has left.</summary>
    public void Add(char unit, int source)
    {
        _units[Length] = unit;
        if (_sources is not null)
        {
            _sources[Length] = source;
        }

        Length++;
    }

    /// <summary>Appends what one source character became.</summary>
    /// <param name="units">The replacement.</param>
    /// <param name="source">The source character's place.</param>
    /// <param name="left">The source's units still to come, for which room is kept.</param>
    public void Add(ReadOnlySpan<char> units, int source, int left)
    {
        foreach (char unit in units)
        {
            Add(unit, source);
        }

        if (_units.Length < Length + left + LongestReplacement)
        {
            Grow(Length + left + LongestReplacement);
        }
    }

    /// <summary>The memory for whole runs of units that map one to one; the caller then moves <see cref="Length"/>.</summary>
    public readonly Span<char> Free => _units.AsSpan(Length);

    /// <summary>Where the sources of such units go; empty when they are not kept.</summary>
    public readonly Span<int> FreeSources => _sources is null ? [] : _sources.AsSpan(Length);

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_units);
        _units = [];
        if (_sources is not null)
        {
            ArrayPool<int>.Shared.Return(_sources);
            _sources = null;
        }

        Length = 0;
    }

    private void Grow(int least)
    {
        char[] units = ArrayPool<char>.Shared.Rent(Math.Max(least, _units.Length * 2));
        _units.AsSpan(0, Length).CopyTo(units);
        ArrayPool<char>.Shared.Return(_units);
        _units = units;
        if (_sources is not null)
        {
            int[] sources = ArrayPool<int>.Shared.Rent(units.Length);
            _sources.AsSpan(0, Length).CopyTo(sources);
            ArrayPool<int>.Shared.Return(_sources);
            _sources = sources;
        }
    }
}
