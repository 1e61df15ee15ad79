namespace Tailor.Evaluation;

/// <summary>The frame of a chart with a row for each class, the most frequent in training on top: names to the left, a heading above each group.</summary>
internal sealed class ClassRows
{
    /// <summary>The room above the rows for a legend and a line of labels, the same in all charts so that rows of two charts stand beside each other.</summary>
    public const double HeaderHeight = 36;

    private const double HeadingHeight = 20, SmallestLabel = 13, Gap = 6;

    private readonly List<(int Class, double Middle)> _rows = [];
    private readonly IReadOnlyList<ReportClass> _classes;

    /// <summary>Lays the rows out and draws names and headings.</summary>
    /// <param name="drawing">Where to.</param>
    /// <param name="classes">The classes, by class id.</param>
    /// <param name="groups">Many, medium and few; classes of no group stand at the end, and without groups there is no heading.</param>
    /// <param name="top">Where the rows begin.</param>
    public ClassRows(Drawing drawing, IReadOnlyList<ReportClass> classes, IReadOnlyList<ReportGroup> groups, double top)
    {
        _classes = classes;
        Top = top;
        RowHeight = classes.Count <= 40 ? 18 : classes.Count <= 120 ? SmallestLabel : Math.Max(2, 120 * SmallestLabel / classes.Count);
        double widest = classes.Max(c => TextWidth.Of(c.Name)) * Drawing.FontSize;
        Left = Math.Min(widest, drawing.Width * 0.38) + Gap;
        double y = top;
        bool shaded = false;
        foreach ((string? name, int[] members) in Bands(groups))
        {
            double height = (name is null ? 0 : HeadingHeight) + (members.Length * RowHeight);
            if (shaded)
            {
                drawing.Box(0, y, drawing.Width, height, "band");
            }

            if (name is not null)
            {
                drawing.Text(0, y + (HeadingHeight / 2), name, style: "heading");
                y += HeadingHeight;
            }

            Names(drawing, members, y);
            y += members.Length * RowHeight;
            shaded = !shaded;
        }

        Bottom = y;
    }

    /// <summary>Where the names end and the values begin.</summary>
    public double Left { get; }

    /// <summary>Where the rows begin.</summary>
    public double Top { get; }

    /// <summary>Where the rows end.</summary>
    public double Bottom { get; }

    /// <summary>The height of a row.</summary>
    public double RowHeight { get; }

    /// <summary>What is added to the style of a text in a row: rows close to each other have smaller letters.</summary>
    public string Dense => RowHeight < 16 ? " dense" : "";

    /// <summary>Whether rows are high enough for a text in each.</summary>
    public bool RoomForText => RowHeight >= SmallestLabel;

    /// <summary>The class of each row and the height of its middle, from the top down.</summary>
    public IReadOnlyList<(int Class, double Middle)> Rows => _rows;

    /// <summary>Class ids from the most frequent in training to the rarest; the smaller id first among equals.</summary>
    public static int[] Order(IReadOnlyList<ReportClass> classes) => [.. Enumerable.Range(0, classes.Count).OrderByDescending(c => classes[c].TrainCount).ThenBy(c => c)];

    /// <summary>The division by training examples, whose groups follow each other in that order.</summary>
    public static IReadOnlyList<ReportGroup> ByTraining(IReadOnlyList<ReportGroup> groups) => [.. groups.Where(group => group.Score.Name is "many" or "medium" or "few")];

    private IEnumerable<(string? Name, int[] Members)> Bands(IReadOnlyList<ReportGroup> groups)
    {
        int[] order = Order(_classes);
        var placed = new HashSet<int>();
        foreach (ReportGroup group in ByTraining(groups).Where(group => group.Classes.Count > 0))
        {
            var members = group.Classes.ToHashSet();
            yield return (group.Score.Name, [.. order.Where(c => members.Contains(c) && placed.Add(c))]);
        }

        int[] rest = [.. order.Where(c => !placed.Contains(c))];
        if (rest.Length > 0)
        {
            yield return (null, rest);
        }
    }

    private void Names(Drawing drawing, int[] members, double top)
    {
        // Where rows are too low for a name each, only every so many have one; the tables have all.
        int every = (int)Math.Ceiling(SmallestLabel / RowHeight);
        for (int i = 0; i < members.Length; i++)
        {
            double middle = top + ((i + 0.5) * RowHeight);
            _rows.Add((members[i], middle));
            string name = _classes[members[i]].Name;
            if (i % every == 0 && (every == 1 || members.Length - i >= every))
            {
                string fitted = TextWidth.Fit(name, (Left - Gap) / Drawing.FontSize);
                drawing.Text(Left - Gap, middle, fitted, "end", Dense.TrimStart(), fitted == name ? null : name);
            }
        }
    }
}
