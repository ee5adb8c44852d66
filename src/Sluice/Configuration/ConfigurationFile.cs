using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Sluice.Configuration;

/// <summary>Reads sluice.json into a tree that remembers line numbers. Comments and trailing commas are allowed; a name written twice is an error.</summary>
internal static class ConfigurationFile
{
    /// <summary>Reads a file. Null, with an error added, when it cannot be read or is not JSON.</summary>
    public static ConfigurationNode? Read(string path, List<ConfigurationError> errors)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path, errors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var problem = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : Directory.Exists(path) ? "is a folder" : $"cannot be read ({e.Message})";
            errors.Add(new(path, "", problem, "check --config or SLUICE_CONFIG, or set neither to use ./sluice.json where there is one"));
            return null;
        }
    }

    /// <summary>Reads the bytes of a file called <paramref name="name"/>.</summary>
    public static ConfigurationNode? Parse(ReadOnlySpan<byte> json, string name, List<ConfigurationError> errors)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble))
            json = json[3..];
        if (!Utf8.IsValid(json))
        {
            errors.Add(new(name, "", "is not UTF-8 text", "save it as UTF-8"));
            return null;
        }
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 32 });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                errors.Add(new($"{name}:1", "", "a configuration is a JSON object", "begin with { and end with }"));
                return null;
            }
            var root = ReadValue(ref reader, new Place(name, json), "", errors);
            reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            var (line, column) = ((e.LineNumber ?? 0) + 1, (e.BytePositionInLine ?? 0) + 1);
            var reason = e.Message.Split(" LineNumber:")[0].TrimEnd('.');
            errors.Add(new($"{name}:{line}", "", $"not valid JSON at line {line}, column {column}: {reason}", "correct the file there"));
            return null;
        }
        catch (InvalidOperationException)
        {
            errors.Add(new(new Place(name, json).At(reader.TokenStartIndex), "", "a text has half a character (\\ud800 to \\udfff alone) or the character NUL", "write the character itself, or leave it out"));
            return null;
        }
    }

    /// <summary>A text, which is none of this program's where it has half a character or a NUL: no path can have one.</summary>
    /// <exception cref="InvalidOperationException">It has.</exception>
    private static string Text(ref Utf8JsonReader reader) => reader.GetString()! is var text && !text.Contains('\0', StringComparison.Ordinal) ? text : throw new InvalidOperationException();

    private static ConfigurationNode ReadValue(ref Utf8JsonReader reader, Place place, string path, List<ConfigurationError> errors)
    {
        var source = place.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var section = new ConfigurationNode(ConfigurationNodeKind.Section, source);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var (name, at) = (Text(ref reader), place.At(reader.TokenStartIndex));
                    reader.Read();
                    var below = path.Length == 0 ? name : $"{path}.{name}";
                    if (!section.Members.TryAdd(name, ReadValue(ref reader, place, below, errors)))
                        errors.Add(new(at, below, "is written twice", $"keep one of them (the other is at {section.Members[name].Source})"));
                }
                return section;
            case JsonTokenType.StartArray:
                var list = new ConfigurationNode(ConfigurationNodeKind.List, source);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    list.Items.Add(ReadValue(ref reader, place, $"{path}[{list.Items.Count}]", errors));
                return list;
            case JsonTokenType.Null:
                return new ConfigurationNode(ConfigurationNodeKind.Nothing, source);
            case JsonTokenType.String:
                return new ConfigurationNode(ConfigurationNodeKind.Scalar, source, Text(ref reader));
            default:
                return new ConfigurationNode(ConfigurationNodeKind.Scalar, source, Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    // Line numbers by scanning from the last place asked for: the reader keeps its own to itself.
    private sealed class Place(string name, ReadOnlySpan<byte> json)
    {
        private readonly byte[] _json = json.ToArray();
        private int _line = 1;
        private int _scanned;

        public string At(long index)
        {
            _line += _json.AsSpan(_scanned, (int)index - _scanned).Count((byte)'\n');
            _scanned = (int)index;
            return $"{name}:{_line}";
        }
    }
}
