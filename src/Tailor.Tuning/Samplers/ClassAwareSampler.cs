using Tailor.Foundation;

namespace Tailor.Tuning;

/// <summary>
/// Class-aware sampling (Shen et al., ECCV 2016; the form of the codes of Kang et al., ICLR 2020, and of LPT): the classes are gone through in a random order that is drawn anew after each full cycle, and of each class the next S
/// examples are taken from its own order, drawn anew when it is used up. Over a full cycle every class gives exactly S examples; one with fewer than S repeats itself. An epoch ends after as many draws as there are examples,
/// and the next begins afresh.
/// </summary>
/// <param name="classes">The class of each example.</param>
/// <param name="samplesPerClass">S, at least 1.</param>
public sealed class ClassAwareSampler(IReadOnlyList<int> classes, int samplesPerClass) : Sampler
{
    private readonly int[][] _members = ClassMembers.Of(classes);

    /// <inheritdoc/>
    public override int[] Draw(EpochPlace place)
    {
        var cycle = new Cycle(Enumerable.Range(0, _members.Length).ToArray(), RandomStream.For(place.Seed, "class cycle", place.Stage, place.Epoch));
        Cycle[] ofClass = _members.Select((members, c) => new Cycle(members, RandomStream.For(place.Seed, "class examples", place.Stage, place.Epoch, c))).ToArray();
        int[] order = new int[classes.Count];
        for (int i = 0; i < order.Length;)
        {
            Cycle drawn = ofClass[cycle.Next()];
            for (int end = Math.Min(order.Length, i + samplesPerClass); i < end; i++)
            {
                order[i] = drawn.Next();
            }
        }

        return order;
    }

    /// <summary>Items without end: all in a random order, then all in another.</summary>
    private sealed class Cycle(int[] items, RandomStream random)
    {
        private readonly int[] _items = [.. items];
        private RandomStream _random = random;
        private int _next;

        public int Next()
        {
            if (_next == 0)
            {
                _random.Shuffle<int>(_items);
            }

            int item = _items[_next];
            _next = (_next + 1) % _items.Length;
            return item;
        }
    }
}
