using Rtc.Routing;
using Rtc.Rtp;
using RtcTests.Routing;
using RtcTests.Simulation;

namespace RtcTests.Fuzz;

/// <summary>
/// Packets out of bytes, each behind two bytes of length, reach consumers that choose layers. Whatever they hold, memory
/// stays bounded and is given back.
/// </summary>
internal static class ForwardingFuzz
{
    private const int MaxKept = 2 * (2500 + 30 + 1);

    /// <summary>Scenes whose packets make a session; the first byte of an input chooses one.</summary>
    public static VideoScene CreateScene(int kind) => (kind % 4) switch
    {
        0 => VideoScene.Vp8Simulcast(),
        1 => VideoScene.Svc(CodecKind.Vp9, "L3T3_KEY"),
        2 => VideoScene.Svc(CodecKind.Av1, "L3T3"),
        _ => VideoScene.Svc(CodecKind.Vp8, "L1T3"),
    };

    /// <summary>Returns how many packets were forwarded; throws only on a defect.</summary>
    public static int Fuzz(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
            return 0;

        VideoScene scene = CreateScene(input[0]);
        var transport = new FakeTransport(scene.Room, "out");
        scene.Watch("c1", transport);
        scene.Watch("c2", transport, new ConsumerLayers(1, 1));
        input = input[1..];
        while (input.Length > 2)
        {
            int length = Math.Min(input.Length - 2, ((input[0] << 8) | input[1]) & 0x3FF);
            scene.In.Receive(input.Slice(2, length).ToArray(), scene.Room.NowUs);
            input = input[(2 + length)..];
            scene.Room.Advance(3);
            if (scene.Room.Memory.InUseCount > MaxKept)
                throw new InvalidOperationException($"{scene.Room.Memory.InUseCount} packets are kept");
        }

        scene.In.Close(scene.Room.NowUs);
        if (scene.Room.Memory.InUseCount != 0)
            throw new InvalidOperationException(string.Join('\n', scene.Room.Memory.DescribeOutstanding()));

        return transport.SentRtp.Count;
    }
}
