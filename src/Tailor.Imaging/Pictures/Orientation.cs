namespace Tailor.Imaging;

/// <summary>Turns a stored picture upright by its EXIF orientation (EXIF 2.3, tag 0x0112).</summary>
internal static class Orientation
{
    /// <summary>The upright picture.</summary>
    /// <param name="stored">The picture as stored.</param>
    /// <param name="orientation">1 to 8: which corner and which side of the upright picture the first stored row and column are; other values are taken as 1.</param>
    public static Picture Apply(Picture stored, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return stored;
        }

        // From 5 on, the stored rows are the upright picture's columns.
        bool turned = orientation >= 5, fromRight = orientation is 2 or 3 or 6 or 7, fromBottom = orientation is 3 or 4 or 7 or 8;
        Picture upright = turned ? Picture.Black(stored.Width, stored.Height) : Picture.Black(stored.Height, stored.Width);
        for (int y = 0; y < upright.Height; y++)
        {
            Span<byte> row = upright.Row(y);
            int down = fromBottom ? upright.Height - 1 - y : y;
            for (int x = 0; x < upright.Width; x++)
            {
                int along = fromRight ? upright.Width - 1 - x : x;
                (int sourceRow, int sourceColumn) = turned ? (along, down) : (down, along);
                stored.Row(sourceRow).Slice(sourceColumn * Picture.Channels, Picture.Channels).CopyTo(row[(x * Picture.Channels)..]);
            }
        }

        return upright;
    }
}
