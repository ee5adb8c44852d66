using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Sluice.Configuration;
using Spectre.Console;

namespace Sluice.Commands;

/// <summary>Writes results, for people and for scripts.</summary>
internal static class Output
{
    /// <summary>Indented JSON.</summary>
    public static void Json<T>(TextWriter output, T value, JsonTypeInfo<T> type) =>
        output.WriteLine(SettingsText.Json(JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(value, type))!));

    /// <summary>Rows of two columns, aligned.</summary>
    public static void Pairs(TextWriter output, params (string Name, string Value)[] rows)
    {
        var width = rows.Max(r => r.Name.Length) + 2;
        foreach (var (name, value) in rows)
            output.WriteLine(name.PadRight(width) + Terminal.Harmless(value));
    }

    /// <summary>A table. Without a terminal it is as wide as it needs, so that a script can cut columns.</summary>
    public static void Table(TextWriter output, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No, ColorSystem = ColorSystemSupport.NoColors, Ansi = AnsiSupport.No });
        console.Profile.Width = 200;
        var table = new Table { Border = TableBorder.None };
        for (var i = 0; i < headings.Count; i++)
            table.AddColumn(new TableColumn(new Text(headings[i])) { Alignment = i == 0 ? Justify.Left : Justify.Right, NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(Terminal.Harmless(cell))));
        console.Write(table);
    }
}
