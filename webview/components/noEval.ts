/**
 * Keeps zod from compiling its checks with `new Function`, which the panels' policy blocks and
 * reports. Schemas read the setting when they are made: a panel imports this first.
 */
import * as z from 'zod';

z.config({ jitless: true });
