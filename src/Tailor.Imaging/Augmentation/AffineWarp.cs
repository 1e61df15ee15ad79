namespace Tailor.Imaging;

/// <summary>Shifts, shears and turns pictures: each new pixel is the old one nearest to where it comes from, in Pillow's 16-bit fixed point; what comes from outside is black.</summary>
public static class AffineWarp
{
    private const double One = 1 << 16;

    /// <summary>Shears along the rows: the old column is x + shear * y.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="shear">Columns a row.</param>
    public static Picture ShearX(Picture picture, double shear) => Apply(picture, 1, shear, 0, 0, 1, 0);

    /// <summary>Shears along the columns: the old row is y + shear * x.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="shear">Rows a column.</param>
    public static Picture ShearY(Picture picture, double shear) => Apply(picture, 1, 0, 0, shear, 1, 0);

    /// <summary>Shifts to the right and down.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="right">Columns, negative to the left.</param>
    /// <param name="down">Rows, negative upwards.</param>
    public static Picture Translate(Picture picture, int right, int down) => Apply(picture, 1, 0, -right, 0, 1, -down);

    /// <summary>Turns round the middle, against the clock.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="degrees">The angle.</param>
    public static Picture Rotate(Picture picture, double degrees)
    {
        ArgumentNullException.ThrowIfNull(picture);
        double angle = -degrees * Math.PI / 180, cos = Math.Round(Math.Cos(angle), 15), sin = Math.Round(Math.Sin(angle), 15), x = picture.Width / 2.0, y = picture.Height / 2.0;
        return Apply(picture, cos, sin, x - (cos * x) - (sin * y), -sin, cos, y + (sin * x) - (cos * y));
    }

    /// <summary>The pixel at (x, y) comes from (a x + b y + c, d x + e y + f).</summary>
    private static Picture Apply(Picture picture, double a, double b, double c, double d, double e, double f)
    {
        ArgumentNullException.ThrowIfNull(picture);
        Picture warped = Picture.Black(picture.Height, picture.Width);
        long stepX = Fix(a), stepY = Fix(d);
        for (int y = 0; y < picture.Height; y++)
        {
            // Pixels are taken at their middle.
            long fromX = Fix(c + (a * 0.5) + (b * 0.5)) + (y * Fix(b)), fromY = Fix(f + (d * 0.5) + (e * 0.5)) + (y * Fix(e));
            Span<byte> row = warped.Row(y);
            for (int x = 0; x < picture.Width; x++, fromX += stepX, fromY += stepY)
            {
                long column = fromX >> 16, line = fromY >> 16;
                if (column >= 0 && column < picture.Width && line >= 0 && line < picture.Height)
                {
                    picture.Row((int)line).Slice((int)column * Picture.Channels, Picture.Channels).CopyTo(row[(x * Picture.Channels)..]);
                }
            }
        }

        return warped;
    }

    private static long Fix(double value) => (long)Math.Floor((value * One) + 0.5);
}
