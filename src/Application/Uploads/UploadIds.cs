using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace S3Auth.Application.Uploads;

/// <summary>
/// Makes and reads <c>upload_id</c>s. The server keeps no state of an upload: its id contains everything, sealed, so that no client can
/// change the announced size or use an id for another key.
/// </summary>
internal sealed class UploadIds(DeploymentSeals seals, TimeProvider time)
{
    /// <summary>The maximum length of an id, in characters.</summary>
    internal const int MaxLength = 4096;

    private const string SealKind = "upload";

    // Expiry, size and part size, then whether the upload is write-once, then the length of the key in bytes.
    private const int FlagOffset = 3 * sizeof(long);
    private const int KeyLengthOffset = FlagOffset + 1;
    private const int KeyOffset = KeyLengthOffset + sizeof(ushort);

    /// <summary>Returns the id of an upload.</summary>
    internal string Seal(MultipartUpload upload, DateTimeOffset expiry)
    {
        var key = Encoding.UTF8.GetBytes(upload.Key.Key);
        var content = new byte[KeyOffset + key.Length + Encoding.UTF8.GetByteCount(upload.StoreId)];
        BinaryPrimitives.WriteInt64BigEndian(content, expiry.ToUnixTimeSeconds());
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(sizeof(long)), upload.Plan.Size);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(2 * sizeof(long)), upload.Plan.PartSize);
        content[FlagOffset] = upload.IsWriteOnce ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(KeyLengthOffset), (ushort)key.Length);
        key.CopyTo(content, KeyOffset);
        Encoding.UTF8.GetBytes(upload.StoreId, content.AsSpan(KeyOffset + key.Length));
        return seals.Seal(SealKind, content);
    }

    /// <summary>Reads an id; false if this deployment did not make it, or it has expired.</summary>
    internal bool TryRead(string id, [NotNullWhen(true)] out MultipartUpload? upload)
    {
        upload = null;
        if (id.Length > MaxLength
            || seals.Open(SealKind, id) is not { Length: > KeyOffset } content
            || BinaryPrimitives.ReadInt64BigEndian(content) <= time.GetUtcNow().ToUnixTimeSeconds())
        {
            return false;
        }

        var size = BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(sizeof(long)));
        var partSize = BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(2 * sizeof(long)));
        var keyEnd = KeyOffset + BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(KeyLengthOffset));
        if (keyEnd >= content.Length
            || !PartPlan.TryMake(size, partSize, out var plan)
            || !ObjectName.TryParse(Encoding.UTF8.GetString(content.AsSpan(KeyOffset..keyEnd)), out var key))
        {
            return false;
        }

        upload = new MultipartUpload(key, Encoding.UTF8.GetString(content.AsSpan(keyEnd)), plan, IsWriteOnce: content[FlagOffset] == 1);
        return true;
    }
}
