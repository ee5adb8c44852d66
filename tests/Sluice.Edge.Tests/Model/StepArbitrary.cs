using FsCheck;
using FsCheck.Fluent;

namespace Sluice.Edge.Tests.Model;

/// <summary>Makes sequences of steps, and smaller ones of those that fail.</summary>
internal static class StepArbitrary
{
    private static Gen<bool> Rarely => Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)));

    private static Gen<ResponseDirectives?> Response =>
        from maxAge in Maybe(4, 0, 100, 1000)
        from shared in Maybe(1, 0, 100, 1000)
        from staleIfError in Maybe(1, 0, 50)
        from flags in Rarely.ListOf(7)
        select new ResponseDirectives
        {
            MaxAge = maxAge, SharedMaxAge = shared, StaleIfError = staleIfError,
            NoStore = flags[0], NoCache = flags[1], Private = flags[2], Public = flags[3], MustRevalidate = flags[4], ProxyRevalidate = flags[5], MustUnderstand = flags[6],
        } into control
        select control.ToString().Length == 0 ? null : control;

    private static Gen<RequestDirectives?> Request =>
        from maxAge in Maybe(1, 0, 50, 500)
        from minFresh in Maybe(1, 10, 500)
        from maxStale in Maybe(2, -1, 0, 100, 5000)
        from flags in Rarely.ListOf(3)
        select new RequestDirectives { MaxAge = maxAge, MinFresh = minFresh, MaxStale = maxStale, NoStore = flags[0], NoCache = flags[1], OnlyIfCached = flags[2] } into control
        select control.ToString().Length == 0 ? null : control;

    private static Gen<Representation> Origin =>
        from status in Gen.Frequency((12, Gen.Constant(200)), (1, Gen.Elements(203, 404, 410)), (1, Gen.Elements(201, 302, 599)), (1, Gen.Elements(500, 503)))
        from control in Response
        from expires in Maybe(2, -10, 0, 100)
        from behind in Gen.Frequency((6, Gen.Constant(0)), (2, Gen.Elements(30, -30)))
        from age in Maybe(1, 0, 60, 150)
        from validators in Gen.Elements((true, false), (false, true), (true, true), (false, false))
        from vary in Gen.Frequency((7, Gen.Constant<string?>(null)), (3, Gen.Constant<string?>("Foo")), (1, Gen.Constant<string?>("*")))
        from cookie in Rarely
        select new Representation
        {
            Status = status, Control = control, ExpiresIn = expires, DateBehind = behind, Age = age,
            HasETag = validators.Item1, HasLastModified = validators.Item2, Vary = vary, HasCookie = cookie,
        };

    private static Gen<Step> One =>
        from after in Gen.Elements(0, 0, 1, 10, 50, 99, 100, 101, 400, 1000, 90_000)
        from method in Gen.Frequency((12, Gen.Constant("GET")), (3, Gen.Constant("HEAD")), (1, Gen.Elements("POST", "DELETE", "M-SEARCH")))
        from path in Gen.Elements("/a", "/a", "/b")
        from foo in Gen.Elements<string?>(null, "1", "2")
        from authorised in Rarely
        from control in Request
        from condition in Gen.Frequency((8, Gen.Constant(Condition.None)), (1, Gen.Elements(Condition.Current, Condition.Former, Condition.Any)))
        from down in Rarely
        from changed in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from origin in Origin
        select new Step { After = after, Method = method, Path = path, Foo = foo, IsAuthorised = authorised, Control = control, Condition = condition, IsDown = down, IsChanged = changed, Origin = origin };

    public static Arbitrary<Step[]> Sequences => Arb.From(One.ArrayOf(12), Shrink);

    private static Gen<int?> Maybe(int weight, params int[] values) =>
        Gen.Frequency((8 - weight, Gen.Constant<int?>(null)), (weight, Gen.Elements(values).Select(value => (int?)value)));

    private static IEnumerable<Step[]> Shrink(Step[] steps)
    {
        for (var i = 0; i < steps.Length; i++)
            if (steps.Length > 1) yield return [.. steps[..i], .. steps[(i + 1)..]];
        for (var i = 0; i < steps.Length; i++)
            foreach (var simpler in Simpler(steps[i])) yield return [.. steps[..i], simpler, .. steps[(i + 1)..]];
    }

    private static IEnumerable<Step> Simpler(Step step)
    {
        var origin = step.Origin;
        Step[] candidates =
        [
            step with { Origin = new() }, step with { Origin = origin with { Control = null } }, step with { Origin = origin with { ExpiresIn = null } },
            step with { Origin = origin with { DateBehind = 0 } }, step with { Origin = origin with { Age = null } }, step with { Origin = origin with { HasETag = false } },
            step with { Origin = origin with { HasLastModified = false } }, step with { Origin = origin with { Vary = null } }, step with { Origin = origin with { HasCookie = false } },
            step with { Origin = origin with { Status = 200 } }, step with { Method = "GET" }, step with { Foo = null }, step with { IsAuthorised = false },
            step with { Control = null }, step with { Condition = Condition.None }, step with { IsDown = false }, step with { IsChanged = false }, step with { After = 0 },
            step with { Origin = origin with { Control = origin.Control is { } control ? new ResponseDirectives { MaxAge = control.MaxAge } : null } },
        ];
        return candidates.Where(candidate => candidate != step).Distinct();
    }
}
