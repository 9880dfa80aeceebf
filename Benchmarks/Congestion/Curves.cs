using System.Globalization;
using System.Text;
using RtcTests.Congestion.Simulation;

namespace Benchmarks.Congestion;

/// <summary>Draws a run as an SVG: bitrates, queue and layer over time.</summary>
internal static class Curves
{
    private const int Width = 900;
    private const int Left = 60;
    private const int Right = 12;
    private const int Step = 2;

    private static readonly (int Top, int Height) Bitrates = (50, 230);
    private static readonly (int Top, int Height) Queue = (310, 90);
    private static readonly (int Top, int Height) Layer = (430, 70);

    public static string Draw(string title, IReadOnlyList<BandwidthSample> samples, int layers)
    {
        double seconds = samples[^1].AtUs / 1e6;
        double most = samples.Max(one => Math.Max(one.Capacity, one.Estimate)) * 1.1;
        double longest = Math.Max(300_000, samples.Max(one => one.QueueUs) * 1.1);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} 535\" ");
        svg.AppendLine("font-family=\"sans-serif\" font-size=\"12\">");
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"18\" font-size=\"15\">{title}</text>");
        Legend(svg);
        Panel(svg, Bitrates, "kbit/s", most / 1000, seconds);
        Panel(svg, Queue, "queue ms", longest / 1000, seconds);
        Panel(svg, Layer, "layer", layers, seconds);
        Line(svg, samples, Bitrates, "#bbb", 1, seconds, one => one.Sent / most);
        Line(svg, samples, Bitrates, "#222", 2, seconds, one => one.Capacity / most);
        Line(svg, samples, Bitrates, "#06c", 2, seconds, one => one.Estimate / most);
        Line(svg, samples, Queue, "#c40", 1.5, seconds, one => one.QueueUs / longest);
        Line(svg, samples, Layer, "#393", 2, seconds, one => (one.Layer + 1.0) / layers);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Legend(StringBuilder svg)
    {
        int x = Left;
        foreach ((string name, string colour) in new[] { ("capacity", "#222"), ("estimate", "#06c"), ("media sent", "#999") })
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"38\" fill=\"{colour}\">{name}</text>");
            x += 90;
        }
    }

    private static void Panel(StringBuilder svg, (int Top, int Height) panel, string unit, double most, double seconds)
    {
        int bottom = panel.Top + panel.Height;
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"<rect x=\"{Left}\" y=\"{panel.Top}\" width=\"{Width - Left - Right}\" height=\"{panel.Height}\" fill=\"none\" stroke=\"#ccc\"/>");
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"<text x=\"{Left - 6}\" y=\"{panel.Top + 10}\" text-anchor=\"end\">{most:F0}</text>");
        svg.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{bottom}\" text-anchor=\"end\">0</text>");
        svg.AppendLine(CultureInfo.InvariantCulture,
            $"<text x=\"{Left - 6}\" y=\"{panel.Top + (panel.Height / 2)}\" text-anchor=\"end\" fill=\"#666\">{unit}</text>");
        for (int second = 0; second <= seconds; second += 10)
        {
            double x = X(second, seconds);
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"<text x=\"{x:F0}\" y=\"{bottom + 14}\" text-anchor=\"middle\" fill=\"#666\">{second}</text>");
        }
    }

    private static void Line(
        StringBuilder svg,
        IReadOnlyList<BandwidthSample> samples,
        (int Top, int Height) panel,
        string colour,
        double width,
        double seconds,
        Func<BandwidthSample, double> share)
    {
        svg.Append(CultureInfo.InvariantCulture,
            $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" points=\"");
        for (int i = 0; i < samples.Count; i += Step)
        {
            double y = panel.Top + (panel.Height * (1 - Math.Clamp(share(samples[i]), 0, 1)));
            svg.Append(CultureInfo.InvariantCulture, $"{X(samples[i].AtUs / 1e6, seconds):F1},{y:F1} ");
        }

        svg.AppendLine("\"/>");
    }

    private static double X(double second, double seconds) => Left + ((Width - Left - Right) * second / seconds);
}
