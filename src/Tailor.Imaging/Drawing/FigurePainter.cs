using SkiaSharp;
using Tailor.Foundation;

namespace Tailor.Imaging;

/// <summary>Draws figures as a hand might: turned, slanted, large or small, in any light colour on any dark one, with a thick or thin pen, beside scribbles and under noise.</summary>
public static class FigurePainter
{
    private const int Scribbles = 2;
    private const double Noise = 9;

    /// <summary>Draws a figure.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="size">Height and width of the picture, in pixels.</param>
    /// <param name="random">What decides everything else.</param>
    /// <returns>A PNG file.</returns>
    public static byte[] Paint(Figure figure, int size, ref RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(figure);
        using var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
        {
            (SKColor ground, SKColor ink) = Colors(ref random);
            canvas.Clear(ground);
            using var pen = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round };
            for (int i = 0; i < Scribbles; i++)
            {
                pen.Color = Mixed(ground, ink, 0.15 + (0.25 * random.NextDouble()));
                pen.StrokeWidth = (float)(size * (0.02 + (0.03 * random.NextDouble())));
                canvas.DrawLine(Anywhere(size, ref random), Anywhere(size, ref random), pen);
            }

            pen.Color = ink;
            pen.StrokeWidth = (float)(size * (0.05 + (0.06 * random.NextDouble())));
            using SKPath path = Placed(figure, size, ref random);
            canvas.DrawPath(path, pen);
        }

        Spoil(bitmap, ref random);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static SKPath Placed(Figure figure, int size, ref RandomStream random)
    {
        double scale = Between(0.6, 0.9, ref random) * size / 100, angle = Between(-0.2, 0.2, ref random), slant = Between(-0.15, 0.15, ref random), squeeze = Between(0.8, 1.2, ref random);
        double x = (size / 2.0) + (Between(-0.08, 0.08, ref random) * size), y = (size / 2.0) + (Between(-0.08, 0.08, ref random) * size);
        using var path = new SKPathBuilder();
        foreach (IReadOnlyList<(float X, float Y)> stroke in figure.Strokes)
        {
            for (int i = 0; i < stroke.Count; i++)
            {
                double v = stroke[i].Y - 50, u = ((stroke[i].X - 50) * squeeze) + (slant * v);
                var point = new SKPoint((float)(x + (scale * ((u * Math.Cos(angle)) - (v * Math.Sin(angle))))), (float)(y + (scale * ((u * Math.Sin(angle)) + (v * Math.Cos(angle))))));
                if (i == 0)
                {
                    path.MoveTo(point);
                }
                else
                {
                    path.LineTo(point);
                }
            }
        }

        return path.Detach();
    }

    /// <summary>A dark ground and a light ink.</summary>
    private static (SKColor Ground, SKColor Ink) Colors(ref RandomStream random) => (Any(0, ref random), Any(140, ref random));

    private static SKColor Any(int darkest, ref RandomStream random) => new((byte)(darkest + random.NextInt(116)), (byte)(darkest + random.NextInt(116)), (byte)(darkest + random.NextInt(116)));

    private static SKColor Mixed(SKColor from, SKColor to, double share)
    {
        byte Mix(byte a, byte b) => (byte)(a + ((b - a) * share));
        return new SKColor(Mix(from.Red, to.Red), Mix(from.Green, to.Green), Mix(from.Blue, to.Blue));
    }

    private static double Between(double low, double high, ref RandomStream random) => low + ((high - low) * random.NextDouble());

    private static SKPoint Anywhere(int size, ref RandomStream random) => new((float)(size * random.NextDouble()), (float)(size * random.NextDouble()));

    private static void Spoil(SKBitmap bitmap, ref RandomStream random)
    {
        Span<byte> pixels = bitmap.GetPixelSpan();
        for (int i = 0; i < pixels.Length; i++)
        {
            if (i % 4 != 3)
            {
                pixels[i] = (byte)Math.Clamp(pixels[i] + (Noise * random.NextGaussian()), 0, 255);
            }
        }
    }
}
