using System.Globalization;
using Sluice.Monitoring.History;
using Sluice.Monitoring.Measures;

namespace Sluice.Monitoring.Summary;

/// <summary>Reads what the sampled caches of other sizes did (<c>sluice.whatif.…</c>).</summary>
internal static class WhatIfBuilder
{
    private static readonly string[] Policies = ["s3fifo", "lru"];
    private static readonly string[] Factors = ["0.5", "1", "2", "4"];

    /// <summary>The table; null where nothing was watched.</summary>
    public static WhatIf? Build(Window period, Window minute, Prices prices)
    {
        var (requests, sent) = (period.Sum(MeasureNames.WhatIfRequests), period.Sum(MeasureNames.WhatIfSent));
        if (requests <= 0 || minute.Last(MeasureNames.WhatIfSize) is not { } size) return null;
        // Counted with their heads, of which browsers that ask for all of a film and leave at each seek take little.
        var taken = sent > 0 ? Math.Min(1, MeasureScopes.Answered(period) / sent) : 1;
        var rows = Policies.SelectMany(policy =>
        {
            var present = Money(policy, "1");
            return Factors.Select(factor => Row(policy, factor, present));
        });
        // Where nodes differ: that of the most bytes.
        var inUse = minute.By(MeasureNames.WhatIfSize, "policy").MaxBy(one => one.Sum).Label;
        return new WhatIf(requests, 100 * (minute.Last(MeasureNames.WhatIfShare) ?? 0), [.. rows.OrderBy(row => row.Factor)]) { Policy = Policies.Contains(inUse) ? inUse : Policies[0] };

        WhatIfRow Row(string policy, string factor, double present)
        {
            var (times, money) = (double.Parse(factor, CultureInfo.InvariantCulture), Money(policy, factor));
            var (hits, bytes) = (MeasureScopes.Percent(Hits(policy, factor), requests), MeasureScopes.Percent(Bytes(policy, factor), sent));
            return new WhatIfRow(policy, times, size * times, hits, bytes, money)
            {
                CapacityText = MeasureText.Bytes(size * times),
                HitText = MeasureText.Percent(hits, 1),
                ByteText = MeasureText.Percent(bytes, 1),
                MoneyText = MeasureText.Money(money, prices.Currency),
                DifferenceText = factor == "1" ? "" : (money < present ? "-" : "+") + MeasureText.Money(Math.Abs(money - present), prices.Currency),
            };
        }

        double Money(string policy, string factor) => prices.Of(Bytes(policy, factor) * taken, Hits(policy, factor));

        double Hits(string policy, string factor) => Of(MeasureNames.WhatIfHits, policy, factor);

        double Bytes(string policy, string factor) => Of(MeasureNames.WhatIfHitSent, policy, factor);

        double Of(string instrument, string policy, string factor) => period.ByTwo(instrument, "policy", policy, "size").FirstOrDefault(one => one.Label == factor).Sum;
    }
}
