using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sluice.Redis.Protocol;

namespace Sluice.Redis.Tests.Protocol;

public sealed class RespParserTests
{
    private static readonly RespLimits Small = new() { Line = 64, Bytes = 1000, Items = 100, Depth = 4 };

    [Theory]
    [InlineData("+OK\r\n", "OK")]
    [InlineData("-ERR no\r\n", "!ERR no")]
    [InlineData("!6\r\nERR no\r\n", "!ERR no")]
    [InlineData(":-42\r\n", "-42")]
    [InlineData("#t\r\n", "1")]
    [InlineData("_\r\n", "null")]
    [InlineData("$-1\r\n", "null")]
    [InlineData("*-1\r\n", "null")]
    [InlineData("$0\r\n\r\n", "''")]
    [InlineData("$4\r\na\r\nb\r\n", "'a\r\nb'")]
    [InlineData("=7\r\ntxt:abc\r\n", "'abc'")]
    [InlineData(",3.25\r\n", "3.25")]
    [InlineData("(3492890328409238509324850943850943825024385\r\n", "3492890328409238509324850943850943825024385")]
    [InlineData("*0\r\n", "[]")]
    [InlineData("*2\r\n:1\r\n*1\r\n$1\r\na\r\n", "[1,['a']]")]
    [InlineData("~1\r\n:1\r\n", "[1]")]
    [InlineData("%1\r\n+a\r\n:1\r\n", "{a,1}")]
    [InlineData(">2\r\n+message\r\n$1\r\na\r\n", ">message,'a'")]
    [InlineData("|1\r\n+ttl\r\n:5\r\n+OK\r\n", "OK")]
    [InlineData("*2\r\n|1\r\n+ttl\r\n:5\r\n:1\r\n:2\r\n", "[1,2]")]
    public void Read_EveryKind_InPiecesOfEverySize(string wire, string expected)
    {
        for (var size = 1; size <= wire.Length; size++)
            Assert.Equal([expected], Feed(new RespParser(new RespLimits()), Encoding.UTF8.GetBytes(wire), size));
    }

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("\r\n")]
    [InlineData("+a\rb\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":1x\r\n")]
    [InlineData(":99999999999999999999\r\n")]
    [InlineData("#x\r\n")]
    [InlineData("_x\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$1001\r\n")]
    [InlineData("$2147483648\r\n")]
    [InlineData("$9223372036854775807\r\n")]
    [InlineData("$1\r\nabc")]
    [InlineData("=3\r\nabc\r\n")]
    [InlineData("=-1\r\n")]
    [InlineData("*-2\r\n")]
    [InlineData("*101\r\n")]
    [InlineData("*9223372036854775807\r\n")]
    [InlineData("%9223372036854775807\r\n")]
    [InlineData("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")]
    [InlineData("*1\r\n>1\r\n+a\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    public void Read_WhatIsNotRespOrTooMuch_EndsTheConnection(string wire) =>
        Assert.Throws<RespException>(() => Feed(new RespParser(Small), Encoding.UTF8.GetBytes(wire), 3));

    [Fact]
    public void Read_LineWithoutEnd_IsRefusedAtTheLimit() => Assert.Throws<RespException>(() => Feed(new RespParser(Small), Encoding.UTF8.GetBytes("+" + new string('a', 200)), 10));

    [Fact]
    public void Read_HugeCountsAndNoContent_HoldsLittle()
    {
        var parser = new RespParser(new RespLimits());
        var before = GC.GetAllocatedBytesForCurrentThread();
        // A million items announced, sixteen deep.
        Feed(parser, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("*1048576\r\n", 16))), 64);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Read_AnyValues_CutAnywhere_AreTheSame() =>
        Prop.ForAll(Values().ListOf().ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (values, size) =>
        {
            var wire = Encoding.UTF8.GetBytes(string.Concat(values.Select(value => value.Wire)));
            Assert.Equal(values.Select(value => value.Shown), Feed(new RespParser(new RespLimits()), wire, size));
        }).QuickCheckThrowOnFailure();

    // Whatever comes: values, a wait for more, or a refusal; nothing else, and no endless loop.
    [Fact]
    public void Read_AnyBytes_NeverFailsOtherwise()
    {
        var bytes = Gen.Elements("*$+-:%~>|=!_#,(\r\n0123456789ab".ToCharArray()).ListOf().Select(list => Encoding.ASCII.GetBytes([.. list]));
        Prop.ForAll(bytes.ToArbitrary(), Gen.Choose(1, 20).ToArbitrary(), (wire, size) =>
        {
            try
            {
                Feed(new RespParser(Small), wire, size);
            }
            catch (RespException)
            {
                // Refused.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    // A reply with one byte changed is another reply, a wait, or a refusal.
    [Fact]
    public void Read_DamagedValues_NeverFailOtherwise() =>
        Prop.ForAll(Values().ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (value, at) =>
        {
            var wire = Encoding.UTF8.GetBytes(value.Wire);
            wire[at % wire.Length] ^= (byte)(1 << (at % 8));
            try
            {
                Feed(new RespParser(Small), wire, 7);
            }
            catch (RespException)
            {
                // Refused.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static Gen<(string Wire, string Shown)> Values() => Gen.Sized(size => Value(Math.Min(size, 3)));

    private static Gen<(string Wire, string Shown)> Value(int depth)
    {
        var text = Gen.Elements("", "a", "hello\r\nworld", "ü🎬", new string('x', 300));
        var leaf = Gen.OneOf(
            Gen.Choose(int.MinValue, int.MaxValue).Select(number => ($":{number}\r\n", $"{number}")),
            text.Select(one => ($"${Encoding.UTF8.GetByteCount(one)}\r\n{one}\r\n", $"'{one}'")),
            Gen.Constant(("_\r\n", "null")),
            Gen.Elements("OK", "QUEUED").Select(one => ($"+{one}\r\n", one)));
        if (depth == 0) return leaf;
        return Gen.OneOf(leaf, Value(depth - 1).ListOf().Select(items => items.Take(70).ToList()).Select(items =>
            ($"*{items.Count}\r\n{string.Concat(items.Select(item => item.Item1))}", $"[{string.Join(',', items.Select(item => item.Item2))}]")));
    }

    private static List<string> Feed(RespParser parser, byte[] wire, int size)
    {
        var found = new List<string>();
        var kept = Array.Empty<byte>();
        for (var at = 0; at < wire.Length; at += size)
        {
            byte[] input = [.. kept, .. wire.AsSpan(at, Math.Min(size, wire.Length - at))];
            var rest = (ReadOnlySpan<byte>)input;
            while (parser.TryRead(ref rest, out var value)) found.Add(Show(value));
            kept = rest.ToArray();
        }

        return found;
    }

    private static string Show(RespValue value) => value.Kind switch
    {
        RespKind.Null => "null",
        RespKind.Error => "!" + value.AsText(),
        RespKind.Bytes => $"'{value.AsText()}'",
        RespKind.List => $"[{string.Join(',', value.Items.ToArray().Select(Show))}]",
        RespKind.Map => $"{{{string.Join(',', value.Items.ToArray().Select(Show))}}}",
        RespKind.Push => $">{string.Join(',', value.Items.ToArray().Select(Show))}",
        _ => value.AsText(),
    };
}
