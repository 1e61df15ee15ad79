using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Tailor.Evaluation;

/// <summary>Writes a report as one JSON object.</summary>
internal static class ReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static string Of(EvaluationReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteNumber("examples", report.Scores.Examples);
            json.WriteNumber("classes", report.Scores.Classes);
            foreach (string name in Metric.Names)
            {
                Number(json, name, Metric.Of(name, report));
            }

            json.WriteNumber("macro_f1_all_classes", report.Scores.MacroF1AllClasses);
            json.WriteNumber("kappa", report.Scores.Kappa);
            PerClass(json, report);
            Groups(json, report);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void PerClass(Utf8JsonWriter json, EvaluationReport report)
    {
        json.WriteStartArray("per_class");
        foreach ((string label, ClassScore score) in report.Labels.Zip(report.Scores.PerClass))
        {
            json.WriteStartObject();
            json.WriteString("label", label);
            json.WriteNumber("precision", score.Precision);
            json.WriteNumber("recall", score.Recall);
            json.WriteNumber("f1", score.F1);
            json.WriteNumber("support", score.Support);
            json.WriteNumber("predicted", score.Predicted);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Groups(Utf8JsonWriter json, EvaluationReport report)
    {
        json.WriteStartArray("groups");
        int next = 0;
        foreach (Grouping grouping in report.Groupings)
        {
            foreach (ClassGroup group in grouping.Groups)
            {
                GroupScore score = report.Groups[next++];
                json.WriteStartObject();
                json.WriteString("name", group.Name);
                json.WriteString("grouping", grouping.Name);
                json.WriteString("source", grouping.Source);
                json.WriteString("thresholds", grouping.Thresholds);
                json.WriteStartArray("labels");
                foreach (int c in group.Classes)
                {
                    json.WriteStringValue(report.Labels[c]);
                }

                json.WriteEndArray();
                json.WriteNumber("classes", score.Classes);
                json.WriteNumber("support", score.Support);
                Number(json, "f1", score.F1);
                Number(json, "recall", score.Recall);
                Number(json, "accuracy", score.Accuracy);
                Number(json, "ece", score.Ece);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
