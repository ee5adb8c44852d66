using System.Text.Json.Nodes;
using Sluice.Configuration;

namespace Sluice.Hosting;

/// <summary>Reads the configuration again while the server runs, and serves by its routes from then on. What else changed waits for a restart. While anything is wrong nothing changes.</summary>
internal sealed partial class Reloader(SluiceOptions running, Engine engine, Func<(SluiceOptions Options, IReadOnlyList<ConfigurationError> Errors)> load, ILogger<Reloader> logger)
{
    private const string Routes = "routes";

    private readonly Lock gate = new();
    private readonly JsonObject started = SettingTree.Root.Show(running, withSecrets: true).AsObject();

    /// <summary>Does it, and logs what came of it.</summary>
    public Reload Run()
    {
        // Two at once would each undo a part of the other.
        lock (gate)
        {
            var done = Try();
            foreach (var error in done.Errors)
                LogError(error);
            if (done.Errors.Count > 0)
                LogRefused(done.Errors.Count);
            else
                LogReloaded(Reload.Text(done.Added), Reload.Text(done.Changed), Reload.Text(done.Removed), Reload.Text(done.NeedRestart));
            return done;
        }
    }

    private Reload Try()
    {
        try
        {
            var (next, errors) = load();
            if (errors.Count > 0)
                return new Reload { Errors = [.. errors.Select(error => error.ToString())] };
            if (next.Routes.Count == 0 && running.Routes.Count > 0)
                return new Reload { Errors = ["routes: there are none any more; write what to serve, or stop the server"] };
            var changes = engine.Take(next.Routes, running);
            var now = SettingTree.Root.Show(next, withSecrets: true).AsObject();
            return new Reload { Added = changes.Added, Changed = changes.Changed, Removed = changes.Removed, NeedRestart = [.. Differences(started, now, "").Where(path => path != Routes)] };
        }
        catch (SetupException e)
        {
            return new Reload { Errors = [e.Message] };
        }
        catch (Exception e)
        {
            // On the thread of a signal nobody else would catch it, and viewers are being served.
            LogDefect(e);
            return new Reload { Errors = [$"it cannot be taken ({e.Message.TrimEnd('.')}); this is a defect, please report it with the server's log"] };
        }
    }

    /// <summary>Paths of settings that differ; a list is one. Never their values, which may be secret.</summary>
    private static IEnumerable<string> Differences(JsonObject before, JsonObject after, string path)
    {
        foreach (var name in before.Concat(after).Select(pair => pair.Key).Distinct(StringComparer.Ordinal))
        {
            var (one, other, at) = (before[name], after[name], path.Length == 0 ? name : $"{path}.{name}");
            if (one is JsonObject section && other is JsonObject same)
            {
                foreach (var deeper in Differences(section, same, at))
                    yield return deeper;
            }
            else if (!JsonNode.DeepEquals(one, other))
            {
                yield return at;
            }
        }
    }

    [LoggerMessage(3020, LogLevel.Information, "The configuration was read again. Routes added: {Added}; changed: {Changed}; removed: {Removed}. Other settings that changed and need a restart: {NeedRestart}")]
    private partial void LogReloaded(string added, string changed, string removed, string needRestart);

    [LoggerMessage(3021, LogLevel.Error, "{Error}")]
    private partial void LogError(string error);

    [LoggerMessage(3023, LogLevel.Error, "The configuration could not be read again; this is a defect, please report it with this line")]
    private partial void LogDefect(Exception failure);

    [LoggerMessage(3022, LogLevel.Error, "The configuration was read again and has {Count} errors: the server goes on with the one it has")]
    private partial void LogRefused(int count);
}
