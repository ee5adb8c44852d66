using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Configuration;

/// <summary>The list of settings as text: for editors and for people.</summary>
internal static class SettingsText
{
    /// <summary>JSON, indented, with no more escapes than needed.</summary>
    public static string Json(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" }))
            node.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The JSON Schema of sluice.json.</summary>
    public static string Schema()
    {
        var schema = SettingTree.Root.Schema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Sluice configuration (sluice.json)");
        schema["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        return Json(schema) + "\n";
    }

    /// <summary>A Markdown table of every setting.</summary>
    public static string Reference()
    {
        var text = new StringBuilder("| setting | kind | default | environment | flag | meaning |\n|---|---|---|---|---|---|\n");
        foreach (var s in SettingTree.Root.References(""))
            text.Append($"| `{s.Path}` | {s.Kind} | {s.Default.Replace("|", "\\|", StringComparison.Ordinal)} | `{s.Variable}`{(s.Alias is null ? "" : $", `{s.Alias}`")} | {(s.Flag is null ? "" : $"`{s.Flag}`")} | {s.Meaning} |\n");
        return text.ToString();
    }
}
