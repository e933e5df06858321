import type { UserId } from '../../../protocol/identity.ts';
import type { Database, Queryable } from '../../database/database.ts';

/** Who may read a node: everybody who sees the owner, or the owner alone. */
export type AccessModel = 'presence' | 'whitelist';

export interface NodeConfiguration {
  accessModel: AccessModel;
  maxItems: number;
}

export interface NodeItem {
  id: string;
  /** XML of the payload element, with its namespace. */
  payload: string;
}

export interface LatestItem extends NodeItem {
  ownerId: UserId;
  node: string;
}

interface ItemRow extends Record<string, unknown> {
  item_id: string;
  payload: string;
}

const itemOf = (row: ItemRow): NodeItem => ({ id: row.item_id, payload: row.payload });

const mostNodes = 100;

/** The nodes of personal eventing (XEP-0163) and what was published on them. */
export class NodeStore {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  async configuration(ownerId: UserId, node: string, on: Queryable = this.database): Promise<NodeConfiguration | null> {
    const [row] = await on.query<{ access_model: AccessModel; max_items: number }>(
      'SELECT access_model, max_items FROM xmpp_nodes WHERE owner_id = $1 AND node = $2',
      [ownerId, node],
    );
    return row ? { accessModel: row.access_model, maxItems: row.max_items } : null;
  }

  /**
   * Puts an item on top of a node, which comes into being with `initial`. `too-many`: the owner has as
   * many nodes as one may have; `conflict`: `required` says otherwise than the node.
   */
  publish(
    ownerId: UserId,
    node: string,
    item: NodeItem,
    initial: NodeConfiguration,
    required: Partial<NodeConfiguration>,
  ): Promise<NodeConfiguration | 'too-many' | 'conflict'> {
    return this.database.transaction(async (transaction) => {
      let configuration = await this.configuration(ownerId, node, transaction);
      if (!configuration) {
        const [row] = await transaction.query<{ count: number }>(
          'SELECT count(*)::integer AS count FROM xmpp_nodes WHERE owner_id = $1',
          [ownerId],
        );
        if ((row?.count ?? 0) >= mostNodes) return 'too-many';
        configuration = { ...initial, ...required };
        await transaction.query(
          'INSERT INTO xmpp_nodes (owner_id, node, access_model, max_items) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
          [ownerId, node, configuration.accessModel, configuration.maxItems],
        );
      } else if (
        (required.accessModel ?? configuration.accessModel) !== configuration.accessModel ||
        (required.maxItems ?? configuration.maxItems) !== configuration.maxItems
      ) {
        return 'conflict';
      }
      await transaction.query(
        `INSERT INTO xmpp_items (owner_id, node, item_id, payload) VALUES ($1, $2, $3, $4)
         ON CONFLICT (owner_id, node, item_id) DO UPDATE SET payload = excluded.payload, sequence = DEFAULT`,
        [ownerId, node, item.id, item.payload],
      );
      await transaction.query(
        `DELETE FROM xmpp_items WHERE owner_id = $1 AND node = $2 AND item_id NOT IN (
           SELECT item_id FROM xmpp_items WHERE owner_id = $1 AND node = $2 ORDER BY sequence DESC LIMIT $3)`,
        [ownerId, node, configuration.maxItems],
      );
      return configuration;
    });
  }

  /** Newest last. */
  async items(ownerId: UserId, node: string, limit: number): Promise<NodeItem[]> {
    const rows = await this.database.query<ItemRow>(
      'SELECT item_id, payload FROM xmpp_items WHERE owner_id = $1 AND node = $2 ORDER BY sequence DESC LIMIT $3',
      [ownerId, node, limit],
    );
    return rows.reverse().map(itemOf);
  }

  async item(ownerId: UserId, node: string, id: string): Promise<NodeItem | null> {
    const [row] = await this.database.query<ItemRow>(
      'SELECT item_id, payload FROM xmpp_items WHERE owner_id = $1 AND node = $2 AND item_id = $3',
      [ownerId, node, id],
    );
    return row ? itemOf(row) : null;
  }

  async retract(ownerId: UserId, node: string, id: string): Promise<boolean> {
    const rows = await this.database.query(
      'DELETE FROM xmpp_items WHERE owner_id = $1 AND node = $2 AND item_id = $3 RETURNING 1 AS deleted',
      [ownerId, node, id],
    );
    return rows.length > 0;
  }

  async remove(ownerId: UserId, node: string): Promise<boolean> {
    const rows = await this.database.query(
      'DELETE FROM xmpp_nodes WHERE owner_id = $1 AND node = $2 RETURNING 1 AS deleted',
      [ownerId, node],
    );
    return rows.length > 0;
  }

  /** Nodes of the owner; with `accessModel`, only those. */
  async nodes(ownerId: UserId, accessModel: AccessModel | null): Promise<string[]> {
    const rows = await this.database.query<{ node: string }>(
      'SELECT node FROM xmpp_nodes WHERE owner_id = $1 AND ($2::text IS NULL OR access_model = $2) ORDER BY node',
      [ownerId, accessModel],
    );
    return rows.map((row) => row.node);
  }

  /** The newest item of each of these owners' nodes that others may read. */
  async latest(ownerIds: readonly UserId[], nodes: readonly string[]): Promise<LatestItem[]> {
    if (ownerIds.length === 0 || nodes.length === 0) return [];
    const rows = await this.database.query<ItemRow & { owner_id: string; node: string }>(
      `SELECT DISTINCT ON (owner_id, node) owner_id, node, item_id, payload
       FROM xmpp_items JOIN xmpp_nodes USING (owner_id, node)
       WHERE node IN (SELECT json_array_elements_text($2::text::json)) AND access_model = 'presence'
         AND owner_id IN (SELECT json_array_elements_text($1::text::json))
       ORDER BY owner_id, node, sequence DESC`,
      [JSON.stringify(ownerIds), JSON.stringify(nodes)],
    );
    return rows.map((row) => ({ ownerId: row.owner_id, node: row.node, ...itemOf(row) }));
  }

  async vcard(ownerId: UserId): Promise<string | null> {
    const [row] = await this.database.query<{ vcard: string }>('SELECT vcard FROM xmpp_vcards WHERE owner_id = $1', [
      ownerId,
    ]);
    return row?.vcard ?? null;
  }

  async storeVcard(ownerId: UserId, vcard: string): Promise<void> {
    await this.database.query(
      `INSERT INTO xmpp_vcards (owner_id, vcard) VALUES ($1, $2)
       ON CONFLICT (owner_id) DO UPDATE SET vcard = excluded.vcard`,
      [ownerId, vcard],
    );
  }
}
