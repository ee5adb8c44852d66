using System.Text.Json;

namespace Sluice.Video.Debug;

/// <summary>A report as JSON.</summary>
public static class DebugJson
{
    /// <summary>The body.</summary>
    public static byte[] Write(DebugReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            foreach (var (title, rows) in DebugPanels.Of(report))
            {
                json.WriteStartObject(title);
                foreach (var (name, value) in rows.DistinctBy(r => r.Name)) json.WriteString(name, value);
                json.WriteEndObject();
            }
            json.WriteStartArray("steps");
            foreach (var step in report.Plan.Trace)
            {
                json.WriteStartObject();
                json.WriteString("category", step.Category);
                json.WriteString("message", step.Message);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("warnings");
            foreach (var warning in report.Plan.Warnings) json.WriteStringValue(warning);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return stream.ToArray();
    }
}
