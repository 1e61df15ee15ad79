namespace Tailor.Data;

/// <summary>The rules by which classes are called head and tail, or many, medium and few.</summary>
public static class ClassGroupSizes
{
    /// <summary>A class with more training examples than this is one of "many" (Liu et al., CVPR 2019).</summary>
    public const int ManyAbove = 100;

    /// <summary>A class with fewer training examples than this is one of "few" (Liu et al., CVPR 2019).</summary>
    public const int FewBelow = 20;

    /// <summary>
    /// How many classes are head by cumulative share: classes that occur are taken from the most frequent on; a class is head while the running share, itself included, stays below
    /// the threshold. The class that crosses it is tail already (the rule of Glee's code).
    /// </summary>
    /// <param name="counts">The examples of each class; classes without any are passed over.</param>
    /// <param name="threshold">The share, in (0, 1].</param>
    /// <returns>The numbers of head and of tail classes.</returns>
    public static (int Head, int Tail) HeadTail(IEnumerable<int> counts, double threshold)
    {
        int[] descending = [.. counts.Where(c => c > 0).OrderDescending()];
        long total = descending.Sum(c => (long)c);
        long running = 0;
        int head = 0;
        foreach (int count in descending)
        {
            running += count;
            if ((double)running / total >= threshold)
            {
                break;
            }

            head++;
        }

        return (head, descending.Length - head);
    }

    /// <summary>How many classes have many, medium and few training examples (more than 100, 20 to 100, fewer than 20); classes without any are passed over.</summary>
    /// <param name="trainCounts">The training examples of each class.</param>
    public static (int Many, int Medium, int Few) ManyMediumFew(IEnumerable<int> trainCounts)
    {
        int[] present = [.. trainCounts.Where(c => c > 0)];
        int many = present.Count(c => c > ManyAbove);
        int few = present.Count(c => c < FewBelow);
        return (many, present.Length - many - few, few);
    }
}
