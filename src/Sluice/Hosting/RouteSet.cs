using System.Text.Json.Nodes;
using Sluice.Configuration;
using Sluice.Core.Origins;
using Sluice.Edge.Routes;

namespace Sluice.Hosting;

/// <summary>The edge's routes, made from their settings: those whose settings did not change are made once.</summary>
internal sealed class RouteSet(EdgeRoute? catalog, OriginFactory factory, VideoHost video, TimeProvider time) : IDisposable
{
    private readonly List<IOrigin> origins = [.. catalog?.Origins ?? []];
    private List<Made> made = [];

    /// <summary>All of them, the catalog's first.</summary>
    public IEnumerable<EdgeRoute> All => [.. catalog is null ? [] : (EdgeRoute[])[catalog], .. made.Select(one => one.Route)];

    /// <summary>Makes the routes of a configuration, in the place of those there are.</summary>
    /// <exception cref="SetupException">An origin cannot work; nothing changed.</exception>
    public RouteChanges Take(IReadOnlyList<RouteSection> sections)
    {
        var (group, next, fresh) = (SettingTree.Route, new List<Made>(), new List<Made>());
        try
        {
            foreach (var section in sections)
            {
                var settings = group.Show(section, withSecrets: true);
                if (made.Find(one => JsonNode.DeepEquals(one.Settings, settings)) is { } known)
                {
                    next.Add(known);
                    continue;
                }

                var one = new Made(section.Name!, settings, EdgeRoutes.From(section, factory, video, time));
                next.Add(one);
                fresh.Add(one);
            }
        }
        catch
        {
            Dispose(fresh.SelectMany(one => one.Route.Origins));
            throw;
        }

        var changes = Compare(made, next);
        // What is under way still asks the former ones, for as long as a download takes: they are let go of at the end.
        origins.AddRange(fresh.SelectMany(one => one.Route.Origins));
        made = next;
        return changes;
    }

    public void Dispose() => Dispose(origins);

    private static RouteChanges Compare(List<Made> before, List<Made> after)
    {
        var (stayed, staying) = (before.FindAll(one => Named(after, one)), after.FindAll(one => Named(before, one)));
        return new RouteChanges(
            [.. after.Except(staying).Select(one => one.Name)],
            // In another order than before they may take other paths.
            [.. staying.Where((one, at) => stayed[at] != one).Select(one => one.Name)],
            [.. before.Except(stayed).Select(one => one.Name)]);

        static bool Named(List<Made> routes, Made route) => routes.Exists(one => one.Name == route.Name);
    }

    private static void Dispose(IEnumerable<IOrigin> origins)
    {
        foreach (var origin in origins.OfType<IDisposable>()) origin.Dispose();
    }

    /// <summary>A route with what it was made from.</summary>
    private sealed class Made(string name, JsonNode settings, EdgeRoute route)
    {
        public string Name => name;

        public JsonNode Settings => settings;

        public EdgeRoute Route => route;
    }
}
