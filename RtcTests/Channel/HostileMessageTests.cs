using Channel.Compiler.Model;
using Channel.Wire;
using RtcTests.Conformance;
using RtcTests.Fuzz;
using Xunit;
using Wire = Channel.Wire;

namespace RtcTests.ChannelTests;

public sealed class HostileMessageTests
{
    private static readonly WireLayout Layout = WireLayout.For(Release.V3_27);

    /// <summary>One frame of every body of every kind of message.</summary>
    private static List<byte[]> Corpus(int seed)
    {
        SchemaModel model = SchemaLoader.LoadFolder(Repository.Schemas);
        ReleaseVersion version = model.Dialects[^1].Version;
        var builder = new ReflectiveBuilder(model, version, new WireBuilder(Layout));
        return new RandomMessages(model, version, seed).All().ConvertAll(builder.Frame);
    }

    [Fact]
    public void EveryTruncationIsSurvived()
    {
        foreach (byte[] frame in Corpus(1))
        {
            ReadOnlySpan<byte> payload = frame.AsSpan(4);
            Assert.True(ChannelMessageFuzz.Fuzz(payload));
            for (int length = 0; length < payload.Length; length++)
            {
                // A few of these are whole still: what was cut was padding, or nothing that the root leads to.
                ChannelMessageFuzz.Fuzz(payload[..length]);
            }
            Assert.False(ChannelMessageFuzz.Fuzz(payload[..(payload.Length / 2)]));
        }
    }

    [Fact]
    public void EveryFlippedByteIsSurvived()
    {
        int refused = 0;
        foreach (byte[] frame in Corpus(2))
        {
            for (int i = 4; i < frame.Length; i++)
            {
                frame[i] ^= 0xFF;
                refused += ChannelMessageFuzz.Fuzz(frame.AsSpan(4)) ? 0 : 1;
                frame[i] ^= 0xFF;
            }
        }
        Assert.True(refused > 1000, $"{refused}");
    }

    [Fact]
    public void EveryFlippedBitOfANestedRequestIsSurvived()
    {
        byte[] frame = Samples.ConsumeRequest(new WireBuilder(Layout));
        int refused = 0;
        for (int bit = 32; bit < frame.Length * 8; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            refused += ChannelMessageFuzz.Fuzz(frame.AsSpan(4)) ? 0 : 1;
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.True(refused > 100, $"{refused}");
        Assert.True(ChannelMessageFuzz.Fuzz(frame.AsSpan(4)));
    }

    [Fact]
    public void SeededMutationsAreSurvived()
    {
        List<byte[]> corpus = Corpus(3);
        var random = new Random(4711);
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] frame = (byte[])corpus[random.Next(corpus.Count)].Clone();
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                int at = random.Next(4, frame.Length);
                switch (random.Next(3))
                {
                    case 0:
                        frame[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        frame[at] = (byte)(frame[at] + random.Next(-8, 9));
                        break;
                    default:
                        int count = random.Next(1, Math.Min(9, frame.Length - at + 1));
                        frame.AsSpan(random.Next(4, frame.Length - count), count).CopyTo(frame.AsSpan(at));
                        break;
                }
            }
            read += ChannelMessageFuzz.Fuzz(frame.AsSpan(4, random.Next(frame.Length / 2, frame.Length - 3))) ? 1 : 0;
        }
        Assert.InRange(read, 100, 19_900);
    }

    [Fact]
    public void SeededMutationsOfAStreamAreSurvived()
    {
        byte[] stream = [.. Corpus(4).SelectMany(x => x)];
        int whole = ChannelStreamFuzz.Fuzz(stream);
        var random = new Random(4712);
        int read = 0;
        for (int i = 0; i < 300; i++)
        {
            byte[] mutated = (byte[])stream.Clone();
            for (int n = random.Next(1, 20); n > 0; n--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }
            read += ChannelStreamFuzz.Fuzz(mutated);
        }
        Assert.InRange(whole, 60, 80);
        Assert.InRange(read, 300, (300 * whole) - 1);
    }

    [Fact]
    public void OneTableNamedManyTimesIsTooMuch()
    {
        var b = new WireBuilder(Layout);
        Offset<Wire.Common.StringString> entry = Wire.Common.StringString.Create(
            b, b.String(new string('k', 10_000)), b.String("v"));
        ListBuilder<Wire.Common.StringString> list = b.StartList<Wire.Common.StringString>();
        for (int i = 0; i < 1000; i++)
        {
            list.Add(entry);
        }
        var listener = Wire.Transport.RtpListener.Create(
            b, b.StartList<Wire.Common.Uint32String>().End(), list.End(), b.StartList<Wire.Common.StringString>().End());
        byte[] frame = b.FinishSizePrefixed(listener.Value).ToArray();
        Assert.False(Wire.Transport.RtpListener.TryRead(frame.AsSpan(4), Layout, out _, out WireDefect defect));
        Assert.Equal(WireDefectKind.TooMuch, defect.Kind);
    }

    [Theory]
    [InlineData(10, WireDefectKind.None)]
    [InlineData(40, WireDefectKind.TooDeep)]
    [InlineData(5000, WireDefectKind.TooDeep)]
    public void DepthHasALimit(int depth, WireDefectKind expected)
    {
        var b = new WireBuilder(Layout);
        Offset<Wire.RtpStream.Stats> stats = Wire.RtpStream.Stats.Create(
            b, Wire.RtpStream.BaseStats.Create(b, b.String("audio/opus")));
        for (int i = 0; i < depth; i++)
        {
            stats = Wire.RtpStream.Stats.Create(b, Wire.RtpStream.SendStats.Create(b, stats));
        }
        byte[] frame = b.FinishSizePrefixed(stats.Value).ToArray();
        Wire.RtpStream.Stats.TryRead(frame.AsSpan(4), Layout, out _, out WireDefect defect);
        Assert.Equal(expected, defect.Kind);
    }

    [Fact]
    public void WhatIsWrongIsSaid()
    {
        var b = new WireBuilder(Layout);
        byte[] frame = Samples.Frame(b, Wire.Log.Log.Create(b, b.String("Dtext")));
        int text = frame.AsSpan().IndexOf("Dtext"u8);

        Assert.Equal(WireDefectKind.TooShort, Verify(frame.AsSpan(0, 11).ToArray()));
        byte[] unended = (byte[])frame.Clone();
        unended[text + 5] = 1;
        Assert.Equal(WireDefectKind.BadString, Verify(unended));
        byte[] longer = (byte[])frame.Clone();
        longer[text - 1] = 0x7F;
        Assert.Equal(WireDefectKind.BadString, Verify(longer));
        byte[] rootless = (byte[])frame.Clone();
        rootless[7] = 0x7F;
        Assert.Equal(WireDefectKind.BadTable, Verify(rootless));

        WireLayout layout = Layout;
        Wire.Message.Message.TryRead(unended.AsSpan(4), layout, out var message, out WireDefect defect);
        Assert.True(message.IsNull);
        Assert.StartsWith("BadString in FBS.Log.Log at byte ", defect.ToString());
    }

    [Fact]
    public void ARequiredFieldThatIsMissingIsRefused()
    {
        // Message.data is required: a message whose vtable is empty has none.
        byte[] payload = [8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0];
        Wire.Message.Message.TryRead(payload, Layout, out _, out WireDefect defect);
        Assert.Equal(WireDefectKind.MissingField, defect.Kind);
    }

    private static WireDefectKind Verify(byte[] frame)
    {
        Wire.Message.Message.TryRead(frame.AsSpan(4), Layout, out _, out WireDefect defect);
        return defect.Kind;
    }
}
