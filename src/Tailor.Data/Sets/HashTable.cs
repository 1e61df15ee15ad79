namespace Tailor.Data;

/// <summary>A number for each of many 128-bit hashes, in 20 bytes an entry and as much again of free room. The hashes are even already: their low bits say where one is looked for.</summary>
internal sealed class HashTable
{
    private const int LeastSlots = 1 << 8;
    private UInt128[] _hashes = new UInt128[LeastSlots];

    /// <summary>The numbers, plus 1; 0 marks a free slot.</summary>
    private int[] _numbers = new int[LeastSlots];

    /// <summary>How many hashes there are.</summary>
    public int Count { get; private set; }

    /// <summary>The hashes with their numbers, in no order.</summary>
    public IEnumerable<(UInt128 Hash, int Number)> Entries => Enumerable.Range(0, _numbers.Length).Where(slot => _numbers[slot] > 0).Select(slot => (_hashes[slot], _numbers[slot] - 1));

    /// <summary>Whether a hash is there.</summary>
    public bool Contains(UInt128 hash) => _numbers[SlotOf(hash)] > 0;

    /// <summary>Adds a hash that is not there yet.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="number">Its number, 0 or more and below <see cref="int.MaxValue"/>.</param>
    /// <param name="earlier">The number that stands there, when the hash does.</param>
    /// <returns>False when the hash is there.</returns>
    public bool TryAdd(UInt128 hash, int number, out int earlier)
    {
        int slot = SlotOf(hash);
        earlier = _numbers[slot] - 1;
        if (earlier >= 0)
        {
            return false;
        }

        (_hashes[slot], _numbers[slot]) = (hash, number + 1);
        if (++Count > _numbers.Length / 2)
        {
            Grow();
        }

        return true;
    }

    /// <summary>Removes all hashes and keeps the room.</summary>
    public void Clear()
    {
        Array.Clear(_numbers);
        Count = 0;
    }

    private int SlotOf(UInt128 hash)
    {
        int mask = _numbers.Length - 1, slot = (int)(ulong)hash & mask;
        while (_numbers[slot] > 0 && _hashes[slot] != hash)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        (UInt128[] hashes, int[] numbers) = (_hashes, _numbers);
        (_hashes, _numbers) = (new UInt128[hashes.Length * 2], new int[numbers.Length * 2]);
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] > 0)
            {
                int slot = SlotOf(hashes[i]);
                (_hashes[slot], _numbers[slot]) = (hashes[i], numbers[i]);
            }
        }
    }
}
