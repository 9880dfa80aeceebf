using System.Text;
using Rtc.Rtp;
using Rtc.Seams;

namespace Rtc.Routing;

/// <summary>
/// Finds the producer of a packet (RFC 8843 section 9.2): by SSRC, else by MID, else by RID. What MID or RID told is
/// remembered by SSRC.
/// </summary>
public sealed class RtpListener
{
    /// <summary>
    /// Most SSRCs that are remembered. A peer that invents more is still understood, by MID and RID.
    /// </summary>
    public const int MaxSsrcs = 4096;

    // Null while there is nothing to be found: hardly a transport that has consumers has producers too.
    private Dictionary<uint, Producer>? _bySsrc;
    private Dictionary<string, Producer>? _byMid;
    private Dictionary<string, Producer>? _byRid;

    /// <summary>SSRCs given or learned, with the id of their producer.</summary>
    public (uint Ssrc, string ProducerId)[] SsrcTable =>
        _bySsrc?.Map((ssrc, producer) => (ssrc, producer.Id)) ?? [];

    /// <summary>MIDs, with the id of their producer.</summary>
    public (string Mid, string ProducerId)[] MidTable =>
        _byMid?.Map((mid, producer) => (mid, producer.Id)) ?? [];

    /// <summary>RIDs, with the id of their producer.</summary>
    public (string Rid, string ProducerId)[] RidTable =>
        _byRid?.Map((rid, producer) => (rid, producer.Id)) ?? [];

    /// <summary>Finds the producer of an SSRC, for RTCP.</summary>
    public Producer? Find(uint ssrc) => _bySsrc?.GetValueOrDefault(ssrc);

    /// <summary>
    /// Finds the producer of a packet; null when there is none. RID counts only in packets without MID.
    /// </summary>
    /// <param name="packet">The packet.</param>
    /// <param name="midId">The id of the MID header extension; 0 when not negotiated.</param>
    /// <param name="ridId">The id of the RID header extension.</param>
    /// <param name="repairedRidId">The id of the repaired RID header extension.</param>
    public Producer? Find(in RtpPacketView packet, byte midId, byte ridId, byte repairedRidId)
    {
        Producer? producer = null;
        if (_bySsrc is not null && _bySsrc.TryGetValue(packet.Ssrc, out producer))
            return producer;

        if (packet.TryGetMid(midId, out ReadOnlySpan<byte> mid))
            producer = Find(_byMid, mid);
        else if (packet.TryGetRid(ridId, repairedRidId, out ReadOnlySpan<byte> rid))
            producer = Find(_byRid, rid);

        if (producer is not null && (_bySsrc ??= []).Count < MaxSsrcs)
            _bySsrc.Add(packet.Ssrc, producer);

        return producer;
    }

    /// <summary>Adds the SSRCs, MID and RIDs of a producer; all or none.</summary>
    /// <exception cref="RequestException">Error: one of them is taken.</exception>
    internal void Add(Producer producer)
    {
        try
        {
            foreach (RtpEncodingParameters encoding in producer.RtpParameters.Encodings)
            {
                AddSsrc(encoding.Ssrc, "ssrc", producer);
                AddSsrc(encoding.RtxSsrc, "rtx.ssrc", producer);
            }

            AddMid(producer);
            foreach (RtpEncodingParameters encoding in producer.RtpParameters.Encodings)
                AddRid(encoding.Rid, producer);
        }
        catch (RequestException)
        {
            Remove(producer);
            throw;
        }
    }

    /// <summary>Removes all that points to a producer.</summary>
    internal void Remove(Producer producer)
    {
        Remove(_bySsrc, producer);
        Remove(_byMid, producer);
        Remove(_byRid, producer);
    }

    private static void Remove<TKey>(Dictionary<TKey, Producer>? table, Producer producer)
        where TKey : notnull
    {
        if (table is null)
            return;

        foreach ((TKey key, Producer owner) in table)
        {
            if (owner == producer)
                table.Remove(key);
        }
    }

    private static Producer? Find(Dictionary<string, Producer>? table, ReadOnlySpan<byte> name)
    {
        if (table is null)
            return null;

        Span<char> text = stackalloc char[byte.MaxValue];
        int length = Encoding.UTF8.GetChars(name, text);
        return table.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out Producer? producer)
            ? producer
            : null;
    }

    private void AddSsrc(uint? ssrc, string field, Producer producer)
    {
        if (ssrc is null or 0)
            return;

        if (!(_bySsrc ??= []).TryAdd(ssrc.Value, producer))
        {
            throw RequestException.Error(
                $"{field} {ssrc} of producer {producer.Id} belongs to producer {_bySsrc[ssrc.Value].Id} already");
        }
    }

    private void AddMid(Producer producer)
    {
        string mid = producer.RtpParameters.Mid;
        if (mid.Length > 0 && !(_byMid ??= []).TryAdd(mid, producer))
        {
            throw RequestException.Error(
                $"MID '{mid}' of producer {producer.Id} belongs to producer {_byMid[mid].Id} already");
        }
    }

    private void AddRid(string? rid, Producer producer)
    {
        if (rid is null || (_byRid ??= []).TryAdd(rid, producer) || producer.RtpParameters.Mid.Length > 0)
            return;

        throw RequestException.Error(
            $"RID '{rid}' of producer {producer.Id}, which has no MID, belongs to producer {_byRid[rid].Id} already");
    }
}
